"""What every schema shares."""

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """A value that crosses a boundary: immutable, written under its published field names."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)


class ErrorBody(Schema):
    """One error as programs and people read it: a stable code and a sentence with the next step."""

    code: str
    message: str
