"""The faults that the product must stand, each by number, and where that is tested.

Whoever removes one of these tests has to say here what proves it instead.
"""

from __future__ import annotations

import ast
from functools import cache

from tests.harness import ROOT

_ANSWERS = "tests/integration/test_slack_faults_answers.py"
_DELIVERY = "tests/integration/test_slack_faults_delivery.py"
_LOAD = "tests/integration/test_slack_faults_load.py"
_TEAMS = "tests/integration/test_teams_faults_delivery.py"
_INVOKES = "tests/integration/test_teams_commands.py"
_CHANGES = "tests/integration/test_delivery_changes.py"
_CRASHES = "tests/integration/test_delivery_crashes.py"
_FAULTS = "tests/integration/test_delivery_faults.py"
_CLOCKS = "tests/journeys/test_clocks.py"
_AI = "tests/journeys/test_ai_summaries.py"
_MANAGERS = "tests/journeys/test_managers.py"

PROVED: dict[int, tuple[str, ...]] = {
    1: ("killed before the commit", f"{_ANSWERS}::test_killed_before_the_commit"),
    2: ("killed after the commit", f"{_ANSWERS}::test_killed_after_the_commit"),
    3: ("killed before sending", f"{_DELIVERY}::test_killed_before_it_was_sent"),
    4: (
        "killed after the platform took it",
        f"{_DELIVERY}::test_killed_while_slack_answers",
        f"{_TEAMS}::test_killed_while_teams_answers",
    ),
    5: (
        "the same where nothing can be looked up",
        f"{_FAULTS}::test_where_nothing_can_be_looked_up_it_is_left_to_the_operator",
        f"{_TEAMS}::test_killed_while_teams_answers",
    ),
    6: (
        "no answer to the POST",
        f"{_DELIVERY}::test_answers_that_say_nothing",
        f"{_TEAMS}::test_what_may_have_arrived_is_not_sent_again",
    ),
    7: (
        "429 with Retry-After",
        f"{_DELIVERY}::test_slack_asks_for_a_break",
        f"{_TEAMS}::test_a_limit_is_kept_to_the_second",
    ),
    8: (
        "500, 503, 408",
        f"{_DELIVERY}::test_answers_that_say_nothing",
        f"{_TEAMS}::test_what_may_have_arrived_is_not_sent_again",
    ),
    9: ("redelivered four times", f"{_ANSWERS}::test_redelivered_four_times"),
    10: (
        "a Teams invoke redelivered",
        *(f"{_INVOKES}::test_fault_10_{what}" for what in ("an_answer", "a_form", "a_rating")),
        *(f"{_INVOKES}::test_fault_10_{what}" for what in ("a_promise", "a_pause")),
    ),
    11: (
        "edits out of order",
        "tests/journeys/test_answers.py::test_edits_out_of_order_by_the_platforms_time",
    ),
    12: ("two schedulers", f"{_CRASHES}::test_two_schedulers_and_senders_at_once"),
    13: (
        "down for 2 hours, for 3 days",
        f"{_DELIVERY}::test_down_for_two_hours_and_for_three_days",
    ),
    14: (
        "the clock a day forward and back",
        f"{_CHANGES}::test_a_clock_set_a_day_forward_and_back_bursts_and_repeats_nothing",
    ),
    15: ("spring and autumn", f"{_CLOCKS}::test_a_time_that_comes_twice_is_used_once"),
    16: (
        "another zone mid-week",
        f"{_CLOCKS}::test_whoever_moves_to_another_zone_is_asked_once_a_week",
    ),
    17: ("disk full, database gone", f"{_ANSWERS}::test_the_database_is_gone"),
    18: (
        "an old backup restored",
        "tests/journeys/test_restore_drill.py::test_in_the_place_of_a_lost_database",
    ),
    19: (
        "an AI that fails",
        f"{_AI}::test_fault_19_a_model_that_fails",
        f"{_AI}::test_fault_19_a_model_that_never_answers",
        f"{_AI}::test_fault_19_the_days_tokens_are_spent",
        f"{_AI}::test_what_does_not_hold_is_left_out_and_counted",
    ),
    20: (
        "token refused",
        f"{_DELIVERY}::test_the_token_is_refused",
        f"{_TEAMS}::test_a_token_that_is_revoked_is_replaced",
        f"{_TEAMS}::test_a_wrong_secret_loses_nothing",
    ),
    21: (
        "deactivated after queueing",
        "tests/integration/test_slack_refusals.py::"
        "test_a_deactivated_person_is_skipped_and_the_occurrence_says_so",
        f"{_TEAMS}::test_whoever_blocks_the_app_costs_nobody_else_anything",
    ),
    22: (
        "another manager between draft and send",
        f"{_MANAGERS}::test_a_change_between_drafting_and_sending",
    ),
    23: (
        "erased during draft or send",
        "tests/journeys/test_erasing.py::test_erased_while_the_summary_waits_or_is_on_its_way",
    ),
    24: (
        "key rotation killed half-way",
        "tests/integration/test_key_rotation.py::"
        "test_killed_at_any_step_every_row_is_readable_and_a_second_run_finishes",
    ),
    25: ("Socket Mode disconnects", f"{_LOAD}::test_socket_mode_disconnects"),
    26: (
        "SIGTERM under load",
        f"{_LOAD}::test_sigterm_under_load",
        "tests/integration/test_shutdown.py::"
        "test_sigterm_under_load_loses_nothing_and_sends_nothing_twice",
    ),
}

"""What it is, and what proves it: Slack's tests, then Teams' where they are its own."""


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, functions))


def test_every_fault_has_its_test() -> None:
    assert sorted(PROVED) == list(range(1, 27))
    for number, (_, *proofs) in PROVED.items():
        assert proofs, number
        for proof in proofs:
            file, _, name = proof.partition("::")
            assert name in names_in(file), (number, proof)
