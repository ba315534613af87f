"""A module as others see it: the variables it declares, its outputs, its resources."""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from generator.interfaces.constraints import Checker, Type, checker


class Variable(BaseModel):
    """One variable.

    Attributes:
        type: its constraint; `any` when it declares none.
        default: the expression of its default, as its author wrote it; None when it has none.
        nullable: null can be given; when it cannot, null means the default to Terraform.
        description: in its author's words, or empty.
        file: the file that declares it.
        line: the line there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: Type
    default: str | None
    nullable: bool
    description: str
    file: str
    line: int

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is None

    @cached_property
    def check(self) -> Checker:
        """The function that finds what is wrong with a value other than null."""
        return checker(self.type)

    @property
    def summary(self) -> str:
        """The first sentence of the description, to follow a colon or a bracket."""
        first = self.description.split("\n", 1)[0].split(". ", 1)[0].rstrip(".:")
        return first[:1].lower() + first[1:] if first[1:2].islower() else first


class Interface(BaseModel):
    """A module as others see it.

    Attributes:
        variables: by name.
        outputs: their names.
        resources: what it manages itself, as `type.name`; not what modules that it calls manage.
        calls: the names of the modules that it calls.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    variables: dict[str, Variable]
    outputs: list[str]
    resources: list[str]
    calls: list[str]

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of the variables that have no default."""
        return frozenset(name for name, variable in self.variables.items() if variable.required)
