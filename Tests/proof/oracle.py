"""Checks what must be true at the end, from records alone, without clock or socket."""
from dataclasses import dataclass
from typing import Any

from client import Applied, Client, View, epoch_of, offset_of
from publisher import Publisher, mark_of

# A job's state has at most this many warnings, the newest; its messages have all of them.
MOST_WARNINGS = 1000


@dataclass(frozen=True)
class Stored:
    """What the server has of a job at the end: every message, and the extended state."""
    messages: list[dict[str, Any]]
    state: dict[str, Any]

    @property
    def newest(self) -> dict[str, Any]:
        return self.messages[-1]


def verdict(publishers: list[Publisher], clients: list[Client], stored: dict[str, Stored]) -> list[str]:
    faults: list[str] = []
    for publisher in publishers:
        for job, marks in publisher.acknowledged.items():
            faults += acknowledged_faults(publisher.name, job, marks, stored[job].messages)
    for job, kept in stored.items():
        faults += line_faults(job, kept.messages) + state_faults(job, kept)
    for client in clients:
        faults += [f"{client.name} was refused: {refusal}" for refusal in client.refusals]
        if client.habits.resumes and len(client.views) > 1:
            faults.append(f"{client.name} began anew {len(client.views) - 1} times, although it could always resume.")
        faults += [f"{client.name} saw a hole on {topic} after {last}." for topic, last in client.holes.items()]
        for view in client.views:
            faults += view_faults(client, view, stored)
    return faults + digest_faults(clients) + epoch_faults(clients, stored)


def acknowledged_faults(publisher: str, job: str, marks: list[str], messages: list[dict[str, Any]]) -> list[str]:
    """Every acknowledged message is stored exactly once, in the publisher's order, and nothing else is."""
    found = [mark for message in messages if (mark := mark_of(message)) is not None]
    if found == marks:
        return []
    lost = [mark for mark in marks if mark not in set(found)]
    doubled = sorted({mark for mark in found if found.count(mark) > 1}) if len(found) != len(set(found)) else []
    strange = [mark for mark in found if mark not in set(marks)]
    place = first_difference(found, marks)
    return [
        f"job {job} of {publisher}: {len(marks)} messages acknowledged, {len(found)} kept. Lost: {lost[:5]}, "
        f"twice: {doubled[:5]}, never acknowledged: {strange[:5]}, the first difference is at {place}: "
        f"{marks[place:place + 3]} became {found[place:place + 3]}."]


def first_difference(some: list[Any], others: list[Any]) -> int:
    return next((i for i, (a, b) in enumerate(zip(some, others)) if a != b), min(len(some), len(others)))


def line_faults(job: str, messages: list[dict[str, Any]]) -> list[str]:
    """The numbers of a topic are 1, 2, 3…, and its offsets increase."""
    faults = []
    numbers = [message["seq"] for message in messages]
    if numbers != list(range(1, len(messages) + 1)):
        place = next(i for i, number in enumerate(numbers) if number != i + 1)
        faults.append(f"job {job}: message {place + 1} of the list has seq {numbers[place]}.")
    offsets = [offset_of(message["id"]) for message in messages]
    faults += [f"job {job}: offset {b} follows {a}." for a, b in zip(offsets, offsets[1:]) if b <= a]
    return faults


def state_faults(job: str, kept: Stored) -> list[str]:
    """The state of a job matches its messages."""
    statuses = [message["payload"]["status"] for message in kept.messages if message["type"] == "job_status"]
    warnings = [
        f"{message['payload']['plugin']}: {message['payload']['message']}"
        for message in kept.messages if message["type"] == "warning"]
    shown = kept.state["warnings"]
    faults = []
    if kept.state["status"] != statuses[-1]:
        faults.append(f"job {job} is {kept.state['status']}, and its last message says {statuses[-1]}.")
    if statuses[-1] == "succeeded" and kept.state["progress"] not in (100, None):
        faults.append(f"job {job} has succeeded with progress {kept.state['progress']}.")
    if shown != warnings[-MOST_WARNINGS:]:
        faults.append(f"job {job} shows {len(shown)} warnings that are not the newest of its {len(warnings)}.")
    return faults


def view_faults(client: Client, view: View, stored: dict[str, Stored]) -> list[str]:
    """The applied messages are the stored ones, from the start of the view, without a hole."""
    faults = []
    for topic, applied in view.topics.items():
        if not topic.startswith("job:"):
            continue
        job = topic.removeprefix("job:")
        if job not in stored:
            faults.append(f"{client.name} applied messages of job {job}, which does not exist.")
            continue
        expected = [
            Applied(message["seq"], message["id"], message["type"], mark_of(message))
            for message in stored[job].messages if offset_of(message["id"]) > offset_of(view.start)]
        if applied != expected[:len(applied)]:
            place = first_difference(applied, expected)
            faults.append(
                f"{client.name} on {topic} from {view.start}: message {place + 1} should be "
                f"{expected[place:place + 1]}, and {applied[place:place + 1]} was applied.")
    return faults + snapshot_faults(client, view, stored)


def snapshot_faults(client: Client, view: View, stored: dict[str, Stored]) -> list[str]:
    """A snapshot matches the messages up to its position."""
    job = client.habits.query.get("job_id")
    if job is None:
        return []
    before = [message for message in stored[job].messages if offset_of(message["id"]) <= offset_of(view.start)]
    faults = []
    said, true = ([mark_of(m) for m in messages if m["type"] == "progress"] for messages in (view.snapshot, before))
    # A job without progress reports has a progress without a stage once it runs or has succeeded.
    if said != true[-1:] and (true or said != [None]):
        faults.append(f"{client.name}'s snapshot of job {job} as of {view.start} is at {said}, not at {true[-1:]}.")
    said, true = ([mark_of(m) for m in messages if m["type"] == "warning"] for messages in (view.snapshot, before))
    newest = true[-MOST_WARNINGS:]
    if said != newest:
        faults.append(
            f"{client.name}'s snapshot of job {job} as of {view.start} has {len(said)} warnings from {said[:1]} to "
            f"{said[-1:]}, instead of {len(newest)} from {newest[:1]} to {newest[-1:]}.")
    return faults


def digest_faults(clients: list[Client]) -> list[str]:
    """The digest of all jobs is not stored, so all clients must have seen the same messages."""
    faults = []
    seen: dict[int, Applied] = {}
    for client in clients:
        for view in client.views:
            applied = view.topics.get("jobs", [])
            numbers = [message.seq for message in applied]
            if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
                faults.append(f"{client.name} applied the digest with a hole.")
            for message in applied:
                if seen.setdefault(message.seq, message) != message:
                    faults.append(f"{client.name} got {message} on the digest, another got {seen[message.seq]}.")
    return faults


def epoch_faults(clients: list[Client], stored: dict[str, Stored]) -> list[str]:
    epochs = {epoch_of(message["id"]) for kept in stored.values() for message in kept.messages}
    for client in clients:
        epochs |= client.epochs
    return [f"There were several epochs: {sorted(epochs)}."] if len(epochs) != 1 else []


def laggards(clients: list[Client], stored: dict[str, Stored]) -> list[str]:
    """The clients that have not caught up yet, and how far they are."""
    found = []
    for client in clients:
        if client.view is None:
            found.append(f"{client.name} is not connected")
            continue
        for topic in topics_of(client, stored):
            newest = stored[topic.removeprefix("job:")].newest
            applied = client.view.topics.get(topic, [])
            reached = offset_of(applied[-1].cursor if applied else client.view.start)
            if reached < offset_of(newest["id"]):
                found.append(f"{client.name} on {topic}: reached {reached} of {offset_of(newest['id'])}")
    return found


def topics_of(client: Client, stored: dict[str, Stored]) -> list[str]:
    query = client.habits.query
    if "job_id" in query:
        return [f"job:{query['job_id']}"]
    if "topics" in query:
        return [topic for topic in query["topics"].split(",") if topic.startswith("job:")]
    return [f"job:{job}" for job in stored]
