/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs_scoring.h"

const char econ_score_prose[] =
    "Say which sector moved, how unusual that is and what moved it. Every indicator is transformed "
    "as the map says, turned so that up is good, and measured in the usual movements of its own "
    "history (robust z). A sector's level is the mean of its indicators' z, measured against its "
    "own history again, so that sectors whose indicators move together are not louder than "
    "others.\n"
    "\n"
    "Three questions are asked. Economy: did all sectors move, by the median of their levels? "
    "Relative: did this sector move otherwise than the others, by its level less their median? "
    "Within: did an indicator leave its sector, by its z less the median of the sector's others?\n"
    "\n"
    "By default each period is measured against everything before it and nothing after it, so a "
    "score that was given never changes. A score needs 2 values of history, a probability 24; "
    "below 60 past scores it is that of a Student t with heavy tails, from then on the rank among "
    "the past scores, beyond their largest tenth a fitted tail. The period that is scored is never "
    "clipped.";

const char econ_update_prose[] =
    "Go on with the values that have come since. The state knows the panel, the map, the rules and "
    "the thresholds; the new file needs no map, and may repeat values that are known. What comes "
    "out, "
    "state and outputs, is byte for byte what one run of score over all the values gives.\n"
    "\n"
    "Values that come late, for a period that has been scored without them, make the scores of "
    "that "
    "period and all after it anew, and that is said. A value that differs from one that is known "
    "is "
    "refused: a revision needs a new run of score.";

const char econ_fit_prose[] =
    "Score the sectors of a panel and keep nothing but that: one number a sector and period, the "
    "mean of its indicators' z, and how many indicators it was made of. Agencies that hold "
    "different "
    "sectors can exchange such files and see all sectors against each other without showing "
    "series. "
    "With a sector of one indicator its z is in the file.";

const char econ_merge_prose[] =
    "Put files of fit together. Unlike sectors up to the same period, made with the same settings, "
    "are united: apply then gives the levels, the relative scores and the economy of one run over "
    "all panels.\n"
    "\n"
    "The same sectors over several stretches of time can be merged only from files that keep "
    "values, "
    "as a period is measured against all before it. The result keeps them too, and is not private.";

const char econ_apply_prose[] =
    "Score the sectors of a panel among others that are known from fit or merge, with the settings "
    "that these were made with. Without a panel the known sectors are scored among each other. Of "
    "sectors that are only known it cannot be said what moved in them.";

const char econ_show_prose[] = "Print what a file of fit or merge, or a state, holds: sectors, "
                               "periods, settings, and whether it "
                               "has values of indicators.";

const char econ_replay_prose[] =
    "Go through the past as if it were the present, with the same rules and thresholds as score, "
    "and "
    "hold the alarms against a list of events that are known: which were seen and how many periods "
    "late, how many alarms lie at an event, and how often a year there is one that does not. Use "
    "it "
    "to choose windows and thresholds. An event of a sector is met by an alarm of that sector, one "
    "without a sector by any. Values are those of the file: what was first published may have been "
    "different.";
