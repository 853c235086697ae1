"""Style sheets and scripts."""

from os import PathLike, stat_result

from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope


class RevalidatedStaticFiles(StaticFiles):
    """Static files that a browser keeps but asks about each time.

    After an upgrade no page then runs with the scripts of the version before; the question costs a 304.
    """

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or 304 where the browser has it already."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response
