// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_REPORT_TEXT_H
#define TENON_RUNTIME_SEARCH_REPORT_TEXT_H

#include <tenon/study.h>

namespace tenon::search {

/// A number for people: six digits, "1e-5" for what printf calls 1e-05.
std::string readable(double value);
/// Six digits of a float; the rest as it is.
std::string readable(const ParameterValue &value);
/// "4.2 s", "3 min 7 s", "2 h 5 min".
std::string duration(double seconds);
/// "lr=0.01 units=32", each value as it reads back.
std::string assignments(const std::vector<Parameter> &parameters);
/// How many characters a text of UTF-8 has.
size_t columnsOf(const std::string &text);
/// At most that many characters, the last being "…" where some were cut off.
std::string shortened(const std::string &text, size_t columns);
/// "1 trial", "2 trials".
std::string counted(size_t count, const std::string &noun);

/// Every parameter of the trials, in the order they were first asked for.
std::vector<Parameter> parametersOf(const std::vector<TrialRecord> &trials);
/// Those that are complete, the best first, the earlier of equals.
std::vector<const TrialRecord *> ranked(const std::vector<TrialRecord> &trials, Direction direction);

/// Writes a file whole: under another name first, then renamed. An Error that names it.
void writeFile(const std::string &path, const std::string &content);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_REPORT_TEXT_H
