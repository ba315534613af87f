"""What an environment is: the model that a merged spec must fit."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from generator.models.alerts import Alerts
from generator.models.dashboard import Dashboard
from generator.models.forms import KeyArn, Region, Strict, Under, form
from generator.models.jobs import Job
from generator.models.modules import Component, Module
from generator.models.moves import Import, Move
from generator.models.schedules import Schedule, SecurityGroupId, SubnetId
from generator.models.target_syncs import TargetSync
from generator.models.versions import ProviderConstraint, TerraformConstraint
from generator.models.workflows import Workflow
from generator.models.workloads import Task

Account = Annotated[str, form(r"[0-9]{12}", "an account: 12 digits, in quotes")]
BucketName = Annotated[str, form(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of an S3 bucket")]
StateKey = Annotated[str, form(r"[^/\s](.*[^/\s])?", "the key of an object: it neither begins nor ends with /")]
AliasName = Annotated[
    str, form(r"(?!aws/|alias/)[A-Za-z0-9/_-]{1,250}", "an alias: letters, digits and / _ -, without alias/")
]
ClusterName = Annotated[str, form(r"[A-Za-z0-9_-]{1,255}", "the name of an ECS cluster: letters, digits, _ and -")]


class Naming(Strict):
    """The naming standard; with the region's short code it becomes names and tags."""

    resource_owner: str = Field(description="Team that answers for the resources; the tag ResourceOwner.")
    billing_entity: str = Field(description="Who pays; the tag BillingEntity.")
    billing_domain: str = Field(
        description="Domain that is billed; second part of every name, and the tag BillingDomain."
    )
    security_domain: str = Field(description="Security domain; first part of every name, and the tag SecurityDomain.")


class Terraform(Strict):
    """Versions that the root asks for."""

    required_version: TerraformConstraint = Field(
        description="Versions of Terraform that may plan the root, 1.9 or later."
    )
    aws_provider: ProviderConstraint = Field(
        description="Versions of the provider hashicorp/aws, 5.98 or later and below 7.0."
    )


class State(Strict):
    """Where the root keeps its state: an S3 backend, encrypted, with a lock file beside the state."""

    bucket: BucketName = Field(description="S3 bucket that holds the state; it is made once, by hand.")
    key: StateKey = Field(description="Object in that bucket; no two environments can have one.")
    region: Region | None = Field(None, description="Region of that bucket; the environment's unless given.")


class Key(Strict):
    """A KMS key: one that exists (arn), or one that the root makes (description)."""

    arn: KeyArn | None = Field(
        None, description="ARN of a key that exists, of this region; what its policy allows is its owner's."
    )
    description: str | None = Field(None, description="What the key protects. It makes the root make the key.")
    alias: AliasName | None = Field(
        None, description="Alias of the key that the root makes, without alias/; none unless given."
    )
    deletion_window_in_days: int | None = Field(
        None,
        description="Days in which a deletion of the key can be taken back; AWS's 30 unless given.",
        ge=7,
        le=30,
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        made = (self.description, self.alias, self.deletion_window_in_days)
        if self.arn is None and self.description is None:
            raise ValueError("give a description (the root makes the key) or an arn (the key exists)")
        if self.arn is not None and any(value is not None for value in made):
            raise ValueError("has an arn, so the key exists: leave out what would make one")
        return self


class Network(Strict):
    """Where tasks run unless their schedule says otherwise."""

    trusted_compute_subnets: list[SubnetId] = Field(
        description="Subnets that tasks run in, at most 16 on Fargate.", min_length=1
    )
    security_group_ids: list[SecurityGroupId] = Field(
        description="Security groups of the tasks, at most 5.", min_length=1
    )
    assign_public_ip: bool = Field(default=False, description="true gives each task on Fargate a public IP address.")


class Cluster(Strict):
    """An ECS cluster that exists."""

    name: ClusterName = Field(description="Name of the cluster in AWS, in this account and region.")


class Defaults(Strict):
    """What every task, job, schedule, workflow and target sync has unless it says otherwise, with their fields."""

    task: Annotated[dict[str, Any], Under(Task)] | None = Field(
        None, description="Laid under every task: any of its fields."
    )
    job: Annotated[dict[str, Any], Under(Job)] | None = Field(
        None, description="Laid under every job: any of its fields."
    )
    schedule: Annotated[dict[str, Any], Under(Schedule)] | None = Field(
        None, description="Laid under every schedule: any of its fields."
    )
    workflow: Annotated[dict[str, Any], Under(Workflow)] | None = Field(
        None, description="Laid under every workflow: any of its fields."
    )
    target_sync: Annotated[dict[str, Any], Under(TargetSync)] | None = Field(
        None, description="Laid under every target sync: any of its fields."
    )


class Environment(Strict):
    """One environment: one account, one region, one root configuration."""

    account: Account = Field(description="Account, 12 digits in quotes. Terraform refuses to work in another.")
    region: Region = Field(description="Region that everything is made in.")
    aws_region_short_code: str = Field(
        description="The region in the naming standard, such as use1; third part of every name, and the tag Region."
    )
    naming: Naming = Field(description="Who owns and pays, as names and tags say it.")
    terraform: Terraform = Field(description="Versions of Terraform and of its AWS provider.")
    state: State = Field(description="Where Terraform keeps what it knows of this environment.")
    keys: dict[str, Key] = Field(description="KMS keys, by a name that other sections refer to.")
    alerts: Alerts | None = Field(
        None, description="Who is told when a task fails or a run is lost; nobody unless given."
    )
    pager: Alerts | None = Field(
        None, description="Who is told when an alarm goes off; `alerts` unless given. Failed tasks still tell `alerts`."
    )
    dashboard: Dashboard | None = Field(
        None, description="The dashboard of the environment: one, with a name by the naming standard, unless given."
    )
    network: Network | None = Field(None, description="Where tasks run; what runs them must say it unless given.")
    clusters: dict[str, Cluster] = Field(
        description="ECS clusters that exist, by a name that schedules and workflows refer to."
    )
    tasks: dict[str, Task] = Field(description="Task definitions, by name.")
    jobs: dict[str, Job] | None = Field(
        None, description="Those tasks as jobs of AWS Batch, also as arrays of many, by name."
    )
    schedules: dict[str, Schedule] = Field(description="Schedules of those tasks, by name.")
    workflows: dict[str, Workflow] | None = Field(
        None, description="Buses whose events run those tasks, submit jobs or notify, by name."
    )
    target_syncs: dict[str, TargetSync] | None = Field(
        None, description="What keeps targets that submit jobs on the newest revision of their job definition, by name."
    )
    modules: dict[str, Module] | None = Field(
        None,
        description="Where modules come from, by name; ecs-task, batch-job, ecs-scheduler, workflow-bus and "
        "batch-target-sync are beside roots/ unless given.",
    )
    components: dict[str, Component] | None = Field(None, description="Calls of other modules, by a name for each.")
    tags: dict[str, str] | None = Field(None, description="Tags on everything, beside those of the naming standard.")
    deletion_protection: bool = Field(
        default=False,
        description="true refuses plans that destroy a key or a topic, and keeps the log groups of what is removed.",
    )
    moved: list[Move] | None = Field(None, description="New addresses of what the state has under old ones.")
    imports: list[Import] | None = Field(None, description="What exists and shall be managed from now on.")
    defaults: Defaults | None = Field(
        None, description="What tasks, jobs, schedules, workflows and target syncs have in common."
    )
