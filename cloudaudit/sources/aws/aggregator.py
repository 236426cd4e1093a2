"""Reads from an aggregator of AWS Config what would else be asked of an account thing by thing."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cloudaudit.errors import SourceError
from cloudaudit.model import Record
from cloudaudit.sources.aws.answers import Answer
from cloudaudit.sources.aws.declare import Call, Item
from cloudaudit.sources.aws.permissions import AGGREGATOR, SELECT
from cloudaudit.sources.aws.reader import Gone, Reader, Refusal, Refused
from cloudaudit.sources.aws.recorded import KINDS, RECORDED, UNREADABLE, moment, name_of, opened, pages_of
from cloudaudit.sources.aws.services.config import RECORDERS, STATUS

_PLACE = re.compile(r"([\w-]{1,256})(?:@([a-z]{2,}(?:-[a-z]+)+-\d+))?(?:/(\d{12}))?", re.ASCII)
_HELD = ("OK", "ResourceDiscovered")  # of what is deleted, or not recorded any more, items remain
_GLOBAL = "global"
_SELECT = (
    "SELECT accountId, awsRegion, resourceType, resourceName, configurationItemCaptureTime, configurationItemStatus,"
    " configuration, supplementaryConfiguration WHERE accountId = '{account}' AND resourceType = '{kind}'"
)


class Place(Record, frozen=True):
    """An aggregator: its name, its region and its account, where these are not those of the credentials."""

    name: str
    region: str = ""
    account: str = ""


def place(stated: str) -> Place:
    """NAME[@REGION][/ACCOUNT]. SourceError for anything else."""
    found = _PLACE.fullmatch(stated)
    if found is None:
        raise SourceError(f"{stated!r} names no aggregator: NAME, NAME@REGION or NAME@REGION/ACCOUNT")
    return Place(name=found[1], region=found[2] or "", account=found[3] or "")


class Aggregator:
    """What an aggregator of AWS Config holds of one account. `reader` asks the account that the aggregator is in.

    Lists are left to the account: what is missing here may exist. An item counts only while the account's own recorder
    runs in its region and records its type, and the aggregator gets what it records; else what it says may be of last
    year. SourceError when there is no such aggregator.
    """

    def __init__(self, reader: Reader, name: str, region: str, account: str) -> None:
        self._reader = reader
        self._region = region
        self._account = account
        self._called = {"ConfigurationAggregatorName": name, "Limit": 100}
        self._held: dict[str, dict[tuple[str, str], _Held]] = {}
        self._recorded: dict[tuple[str, str], bool] = {}
        self._refused: dict[str, Refusal] = {}
        self._failing = self._sources(name)

    @property
    def account(self) -> str:
        """The account that it is in."""
        return self._reader.account

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What it refused to tell; the account is asked for that."""
        return tuple(self._refused.values())

    def _sources(self, name: str) -> set[str | None] | None:
        """The regions of the account of which it does not get what is recorded; None where it does not say."""
        failing = {**self._called, "UpdateStatus": ["FAILED", "OUTDATED"]}
        call = Call(
            "config",
            "describe_configuration_aggregator_sources_status",
            "AggregatedSourceStatusList",
            failing,
            actions=AGGREGATOR[:1],
        )
        try:
            found = self._reader.items(call, self._region).items
        except Refused as refused:
            if refused.refusal.code == "NoSuchConfigurationAggregatorException":
                raise SourceError(
                    f"there is no aggregator {name!r} in {self._region} of account {self.account};"
                    ' "aws configservice describe-configuration-aggregators" lists those that there are'
                ) from None
            self._refused[AGGREGATOR[0]] = refused.refusal
            return None
        ours = (one for one in found if one.get("SourceType") != "ACCOUNT" or one.get("SourceId") == self._account)
        return {one.get("AwsRegion") for one in ours}  # that of an organisation as a whole has none

    def answer(self, account: Reader, call: Call, region: str, params: Mapping[str, Any]) -> Answer | None:
        """What it tells of a request; None where the account must be asked, by its own reader."""
        recorded = RECORDED.get(f"{call.service}.{call.operation}")
        if recorded is None or self._failing is None or None in self._failing:
            return None
        where = "" if KINDS[recorded.kind].everywhere else region
        held = self._all(recorded.kind).get((where, str(params.get(recorded.by))))
        if held is None or held.region in self._failing or not self._records(account, recorded.kind, held.region):
            return None
        with account.session.asking(call.service, region) as client:
            described = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[call.operation])
        try:
            pages = pages_of(recorded, opened(held.written), described.output_shape)
        except UNREADABLE:
            return None
        return None if pages is None else Answer(pages, held.at, recorded=held.captured)

    def _all(self, kind: str) -> dict[tuple[str, str], "_Held"]:
        """The items of a type, by region and name. They are asked for when the first is wanted."""
        if kind not in self._held:
            expression = _SELECT.format(account=self._account, kind=kind)
            call = Call(
                "config",
                "select_aggregate_resource_config",
                "Results",
                {**self._called, "Expression": expression},
                actions=(SELECT,),
            )
            try:
                found = self._reader.items(call, self._region).items
            except Refused as refused:
                found = []
                self._refused[SELECT] = refused.refusal
                if refused.refusal.kind == "denied":
                    self._failing = None  # it will be for other types, too
            self._held[kind] = self._index(kind, found)
        return self._held[kind]

    def _index(self, kind: str, found: list[Item]) -> dict[tuple[str, str], "_Held"]:
        """What was found, the newest of a name. Whatever is not an item of this account and type is left out."""
        held: dict[tuple[str, str], _Held] = {}
        for one in found:
            try:
                item = opened(one["value"])
                stated = (item["accountId"], item["resourceType"], item["configurationItemStatus"] in _HELD)
                if stated != (self._account, kind, True):
                    continue
                region = self._reader.session.home if item["awsRegion"] == _GLOBAL else str(item["awsRegion"])
                new = _Held(moment(item["configurationItemCaptureTime"]), region, one["value"], one["_at"])
                key = ("" if KINDS[kind].everywhere else region, name_of(item))
            except UNREADABLE:
                continue
            if key not in held or held[key].captured < new.captured:
                held[key] = new
        return held

    def _records(self, account: Reader, kind: str, region: str) -> bool:
        """Whether the account's own recorder runs in the region, and records the type."""
        if (kind, region) not in self._recorded:
            try:
                states, recorders = account.items(STATUS, region).items, account.items(RECORDERS, region).items
            except (Refused, Gone):
                states, recorders = [], []
            running = {one.get("name") for one in states if one.get("recording") and not _is_failing(one)}
            groups = [one.get("recordingGroup") or {} for one in recorders if _is_own(one) and one["name"] in running]
            self._recorded[kind, region] = any(_has(group, kind) for group in groups)
        return self._recorded[kind, region]


class _Held(NamedTuple):
    """An item: when AWS Config captured it, where the thing is, what is written, and when we read that."""

    captured: str
    region: str
    written: str
    at: str


def _is_failing(state: Item) -> bool:
    return str(state.get("lastStatus")).lower() == "failure"  # AWS writes it in capitals, its description otherwise


def _is_own(recorder: Item) -> bool:
    """Services of AWS have recorders of their own, which an aggregator does not see."""
    return not recorder.get("servicePrincipal")


def _has(group: Item, kind: str) -> bool:
    """Whether the group of a recorder has the type. Those of IAM, which it may leave out, are not asked for here."""
    if (group.get("recordingStrategy") or {}).get("useOnly") == "EXCLUSION_BY_RESOURCE_TYPES":
        return kind not in ((group.get("exclusionByResourceTypes") or {}).get("resourceTypes") or ())
    return bool(group.get("allSupported")) or kind in (group.get("resourceTypes") or ())
