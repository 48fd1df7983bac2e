"""Evaluates reports of the Autobahn test suite: autobahn-report.py COUNT INDEX.json...

Prints a table of the case groups, and every case that is not OK with the reason. Fails if a case failed, or if the number
of cases is not COUNT.
"""
import collections
import json
import pathlib
import sys

COLUMNS = ("passed", "non-strict", "informational", "failed")

# Cases that the suite reports as informational, without a verdict.
REASONS = {
    "7.1.6": "two messages and a close at once: the server echoes both, then closes; the suite expects only one, and gives no verdict",
    "7.13.1": "close code 5000, which RFC 6455 doesn't define: answered with 1002",
    "7.13.2": "close code 65535, which RFC 6455 doesn't define: answered with 1002",
}


def verdict(case):
    results = {case["behavior"], case["behaviorClose"]}
    for result, column in (("NON-STRICT", 1), ("INFORMATIONAL", 2)):
        if result in results and results <= {"OK", result}:
            return column
    return 0 if results == {"OK"} else 3


def main():
    indexes = [pathlib.Path(name) for name in sys.argv[2:]]
    groups = collections.defaultdict(lambda: [0, 0, 0, 0])
    remarks = []
    count = 0
    for index in indexes:
        (cases,) = json.loads(index.read_text()).values()
        count += len(cases)
        for name, case in cases.items():
            column = verdict(case)
            groups[int(name.split(".")[0])][column] += 1
            if column:
                detail = json.loads((index.parent / case["reportfile"]).read_text())
                reason = REASONS.get(name) or f"{detail['result']} / {detail['resultClose']}"
                remarks.append((tuple(int(part) for part in name.split(".")), COLUMNS[column], reason))

    print(f"{'cases':<8}" + "".join(f"{column:>15}" for column in COLUMNS))
    for group, counts in sorted(groups.items()):
        print(f"{group:>2}.*    " + "".join(f"{count:>15}" for count in counts))
    print(f"{'all':<8}" + "".join(f"{sum(counts):>15}" for counts in zip(*groups.values())))
    for name, column, reason in sorted(remarks):
        print(f"{'.'.join(map(str, name))} {column}: {reason}")

    if any(counts[3] for counts in groups.values()):
        sys.exit("Autobahn: cases failed: see " + " and ".join(f"{index.parent}/index.html" for index in indexes))
    if count != int(sys.argv[1]):
        sys.exit(f"Autobahn: {count} cases ran instead of {sys.argv[1]}: see " + " and ".join(f"{index.parent}/log" for index in indexes))


main()
