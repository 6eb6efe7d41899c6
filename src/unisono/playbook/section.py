"""What all models of the playbook stand on."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9_\-]*$", description="Identifier: lower case, digits, _ and -")
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 alpha-2 country")]
Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=0, description="In the playbook's currency")]
Days = Annotated[int, Field(ge=1, le=3650)]


class Section(BaseModel):
    """Base of all models: unknown keys are errors, values do not change, numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
