"""What an environment can say about where something is: `moved` in the state, `imports` from the account."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.models.addresses import AddressText, ResourceText
from generator.models.forms import Strict, form

ImportId = Annotated[str, form(r"[^\s](.*[^\s])?", "an id: one line of text, as the provider's documentation says it")]


class Move(Strict):
    """A new address for what the state has under another: nothing is destroyed and made anew."""

    from_: AddressText = Field(alias="from", description="Address that nothing in the root has any more.")
    to: AddressText = Field(description="Address that it has now.")


class Import(Strict):
    """Something of the account that Terraform shall manage from now on."""

    to: ResourceText = Field(description="Address of the resource in the root.")
    id: ImportId = Field(description="Its id, as the provider's documentation of the resource's import says.")
