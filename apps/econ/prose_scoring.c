/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs_scoring.h"

const char econ_score_prose[] =
    "Say which sector moved, how unusual that is and what moved it. Every indicator is transformed "
    "as the map says, turned so that up is good, and measured in the usual movements of its own "
    "history (robust z). A sector's level is the mean of its indicators' z, measured against its "
    "own history again, so that sectors whose indicators move together are not louder than others.\n"
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
