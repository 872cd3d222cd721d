// The statistics tree (listen/statistics_tree) as the admin commands print it: `list totals`,
// `list counters`, `list interfaces`, `list jsonstats`. Layouts as recorded; pure.
#pragma once

#include <string>

#include "controld/ng/value.h"

namespace controld::admin {

std::string TotalsText(const ng::Dictionary& tree);
std::string CountersText(const ng::Dictionary& tree);
std::string InterfacesText(const ng::Dictionary& tree);
// One line without an end of line; every number bare, in NG some are texts.
std::string JsonText(const ng::Dictionary& tree);

}  // namespace controld::admin
