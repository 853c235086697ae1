"""What is refused because of who asks: accounts, sign-ins, tokens, permissions; part of the tree of ``app.errors``.

::

    BloodcountError
    ├── NotFound                        404
    │   ├── AccountNotFound                  account_not_found
    │   └── TokenNotFound                    token_not_found
    ├── Conflict                        409
    │   ├── AccountNameTaken                 account_name_taken
    │   ├── LastAdmin                        last_admin
    │   ├── IdentityTaken                    identity_taken
    │   └── SetupLinkSpent                   setup_link_spent
    ├── SignInRequired                  401  sign_in_required
    ├── SignInRefused                   401  sign_in_refused
    ├── SingleSignOnFailed              400  single_sign_on_failed
    ├── IdentityUnknown                 403  identity_unknown
    ├── AccessRefused                   403  access_refused
    ├── PasswordChangeRequired          403  password_change_required
    ├── UnknownHost                     421  unknown_host
    └── TooManyAttempts                 429  too_many_attempts
"""

from app.errors import BloodcountError, Conflict, NotFound


class AccountNotFound(NotFound):
    """No account has this name or number."""

    code = "account_not_found"

    def __init__(self, which: str) -> None:
        super().__init__(f"There is no account {which}; 'bloodcount user list' and the page Accounts show all of them.")


class TokenNotFound(NotFound):
    """No API token has this number."""

    code = "token_not_found"

    def __init__(self, token_id: int) -> None:
        super().__init__(
            f"There is no API token number {token_id}; 'bloodcount token list' and the page API tokens show them all."
        )


class AccountNameTaken(Conflict):
    """Another account has this name already."""

    code = "account_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"An account {name!r} exists already, in whatever case it is written; choose another name.")


class LastAdmin(Conflict):
    """Without this account nobody could manage accounts any more."""

    code = "last_admin"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is the last admin who can sign in; make another admin first.")


class SetupLinkSpent(Conflict):
    """A set-up link that was used, is too old, or never was."""

    code = "setup_link_spent"

    def __init__(self) -> None:
        super().__init__(
            "This set-up link was used already or is too old. Sign in if you have an account; otherwise start "
            "'bloodcount serve' again for a new link, or run 'bloodcount user add NAME --role admin' on the server."
        )


class SignInRequired(BloodcountError):
    """Nobody is signed in, or the session has ended."""

    code = "sign_in_required"
    http_status = 401

    def __init__(self) -> None:
        super().__init__(
            "You are not signed in, or your session has ended. Nothing was changed: sign in, in another tab if you "
            "like, and send this again."
        )


class SignInRefused(BloodcountError):
    """Name and password do not belong together, or the account is disabled; which of these is not told."""

    code = "sign_in_refused"
    http_status = 401

    def __init__(self) -> None:
        super().__init__(
            "Name and password do not fit, or the account is disabled. Check both (capital letters count in the "
            "password), or ask an admin for a new password."
        )


class SingleSignOnFailed(BloodcountError):
    """The OpenID provider did not prove who somebody is; ``why`` is a sentence for people, without secrets."""

    code = "single_sign_on_failed"
    http_status = 400

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Nothing was changed: try again, or sign in with name and password.")
        self.why = why


class IdentityUnknown(BloodcountError):
    """The provider knows the person, and no account here is linked with them."""

    code = "identity_unknown"
    http_status = 403

    def __init__(self, shown_name: str | None) -> None:
        who = f"You are known as {shown_name!r} there, but" if shown_name else "You are known there, but"
        super().__init__(
            f"{who} no account of this Bloodcount is linked with you. Sign in with name and password once and link "
            "it under Your account; if you have no account, ask an admin for one."
        )


class IdentityTaken(Conflict):
    """The identity is linked with another account, or the account with another identity."""

    code = "identity_taken"

    def __init__(self) -> None:
        super().__init__(
            "This identity is linked with another account, or this account with another identity. Unlink that one "
            "first under Your account, or ask an admin to unlink it under Accounts."
        )


class AccessRefused(BloodcountError):
    """Somebody who is known may not do this."""

    code = "access_refused"
    http_status = 403

    def __init__(self, who: str, permission: str | None) -> None:
        what = f"the permission '{permission}'" if permission else "a permission that nobody has"
        super().__init__(f"{who} may not do this: it needs {what}. Ask an admin of this Bloodcount for it.")


class PasswordChangeRequired(BloodcountError):
    """An admin set the password, so the person has to choose one of their own first."""

    code = "password_change_required"
    http_status = 403

    def __init__(self) -> None:
        super().__init__("Choose a password of your own first: open /account/password and send this again afterwards.")


class UnknownHost(BloodcountError):
    """A request names a host that this server is not known by."""

    code = "unknown_host"
    http_status = 421

    def __init__(self) -> None:
        super().__init__(
            "This server is not known by the host name in the address. If the name is right, add it to "
            "BLOODCOUNT_ALLOWED_HOSTS on the server and start it again."
        )


class TooManyAttempts(BloodcountError):
    """Sign-ins failed too often in a short time; ``wait_s`` seconds are left."""

    code = "too_many_attempts"
    http_status = 429

    def __init__(self, wait_s: int) -> None:
        wait = f"{wait_s} seconds" if wait_s < 120 else f"{-(-wait_s // 60)} minutes"  # noqa: PLR2004 - two minutes
        super().__init__(
            f"Too many sign-ins failed. Wait {wait} and try again; people who are signed in, and browsers in which you "
            "have signed in before, are not affected. An admin can set a new password."
        )
        self.wait_s = self.retry_after_s = wait_s
