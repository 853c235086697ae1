"""A form whose fields a route cannot name one by one, such as one number a type of cell."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData


async def _form_data(request: Request) -> FormData:
    return await request.form()


FormDataDep = Annotated[FormData, Depends(_form_data)]
"""The fields as sent; none of them is checked yet."""
