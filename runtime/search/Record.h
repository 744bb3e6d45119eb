// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_RECORD_H
#define TENON_RUNTIME_SEARCH_RECORD_H

#include <tenon/study.h>

namespace tenon::search {

/// One step of a study: a line of its journal.
struct Record {
  enum class Kind {
    Begin,     ///< a new trial, in the hands of the line's worker: number, planned
    Enqueue,   ///< a waiting trial: number, planned
    Take,      ///< a waiting or left trial comes into the line's worker's hands: number, planned
    Range,     ///< a parameter's range, for the whole study: text (the name), range
    Parameter, ///< number, text (the name), value
    Report,    ///< number, step, result
    Attribute, ///< number, text (the key), more
    Execution, ///< number, result
    Alive,     ///< number
    Excuse,    ///< number: the worker that had it was ended on purpose
    Tell       ///< number, state, result, more (why it failed), accident
  };
  Kind kind = Kind::Alive;
  int64_t number = 0;
  double time = 0; ///< Unix time in seconds
  std::map<std::string, ParameterValue> planned = {};
  std::string text = {}, more = {};
  ParameterRange range = {};
  ParameterValue value = int64_t(0);
  int64_t step = 0;
  std::optional<double> result = std::nullopt;
  TrialState state = TrialState::Complete;
  bool accident = false;
};

/// As one line of JSON without its end, and back; an Error for one that is none.
std::string toJson(const Record &record);
Record recordFrom(const std::string &json);
/// A journal's first line.
std::string toJson(const StudySettings &settings);
StudySettings settingsFrom(const std::string &json);

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_RECORD_H
