"""The report of a run: for people in both languages, and for programs."""

from collections.abc import Iterator, Mapping

from gongd.core.lexicon import MISSED
from gongd.core.words import Text
from gongd.sim.tally import QUICKEST, SLOWEST, Tally

RAN = Text("{seeds} xã ảo, {years} năm cụm loa", "{seeds} virtual communes, {years} box-years")
NIGHTS = Text("Kẻng 22 giờ: {count} đêm", "The gong at 22:00: {count} nights")
LINE = Text("  {word}: {count} ({share} %)", "  {word}: {count} ({share} %)")
RUNG = Text("đã đánh", "rung")
ALARMS = Text(
    "Báo động: {pressed} lần bấm nút, {ordered} lệnh của bàn trực, {sounded} lần đã phát; {forged} lệnh giả bị từ chối",
    "Alarms: {pressed} pressed, {ordered} ordered by the desk, {sounded} sounded; {forged} false orders refused",
)
LATENCY = Text(
    "Từ lúc tính đến lúc kêu: một nửa trong {half} s, 99 % trong {most} s",
    "From counting to sound: half within {half} s, 99 % within {most} s",
)
SURVIVED = Text("Đã chịu được: {list}", "Lived through: {list}")
GOOD = Text("Không điều nào bị phạm.", "No rule was broken.")
BAD = Text("CÓ ĐIỀU BỊ PHẠM ở {count} xã ảo:", "RULES WERE BROKEN in {count} communes:")
FAILED = Text(
    "  --seed {seed} --profile {profile}: {rule}, {box}: {what}",
    "  --seed {seed} --profile {profile}: {rule}, {box}: {what}",
)
MOST_TOLD = 20


def lines(tally: Tally) -> Iterator[Text]:
    """The report, line by line."""
    yield RAN.fill(seeds=tally.seeds, years=f"{tally.box_years:.1f}")
    count = sum(tally.nights.values())
    yield NIGHTS.fill(count=count)
    for word, number in tally.nights.most_common():
        named = RUNG if word == "rung" else MISSED.get(word, Text(word, word))
        share = f"{100 * number / count:.2f}"
        yield Text(
            LINE.vi.format(word=named.vi, count=number, share=share),
            LINE.en.format(word=named.en, count=number, share=share),
        )
    alarms = {name: tally.alarms.get(name, 0) for name in ("pressed", "ordered", "sounded", "forged")}
    yield ALARMS.fill(**alarms)
    if tally.latencies_s:
        half, most = tally.latency_s(QUICKEST), tally.latency_s(SLOWEST)
        yield LATENCY.fill(half=f"{half:.3f}", most=f"{most:.3f}")
    yield SURVIVED.fill(list=", ".join(f"{what} {number}" for what, number in sorted(tally.survived.items())))
    yield from _verdict(tally)


def _verdict(tally: Tally) -> Iterator[Text]:
    if not tally.failures:
        yield GOOD
        return
    yield BAD.fill(count=len(tally.failures))
    for failure in tally.failures[:MOST_TOLD]:
        first = failure.violations[0]
        yield FAILED.fill(
            seed=failure.plan.seed, profile=failure.plan.profile, rule=first.rule, box=first.box, what=first.what
        )


def as_json(tally: Tally) -> Mapping[str, object]:
    """The same for programs."""
    return {
        "seeds": tally.seeds,
        "box_years": round(tally.box_years, 2),
        "nights": dict(tally.nights),
        "alarms": dict(tally.alarms),
        "latency_s": {"half": tally.latency_s(QUICKEST), "most": tally.latency_s(SLOWEST)},
        "survived": dict(sorted(tally.survived.items())),
        "digests": {str(seed): digest for seed, digest in sorted(tally.digests.items())},
        "failures": [
            {
                "seed": failure.plan.seed,
                "profile": failure.plan.profile,
                "violations": [
                    {"rule": each.rule, "at_s": round(each.at, 3), "box": each.box, "what": each.what}
                    for each in failure.violations
                ],
            }
            for failure in tally.failures
        ],
    }
