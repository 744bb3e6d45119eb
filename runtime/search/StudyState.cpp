// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/StudyState.h"

namespace tenon::search {

const ParameterRange *StudyState::rangeOf(const std::string &name) const {
  auto found = ranges_.find(name);
  return found == ranges_.end() ? nullptr : &found->second;
}

TrialRecord &StudyState::running(const Record &record) {
  if (record.number < 0 || record.number >= int64_t(trials_.size()))
    throw Error("there is no trial " + std::to_string(record.number));
  TrialRecord &trial = trials_[size_t(record.number)];
  bool fits =
      trial.state == TrialState::Running || (record.kind == Record::Kind::Take && trial.state == TrialState::Waiting);
  if (!fits)
    throw Error("trial " + std::to_string(record.number) + " is " + toText(trial.state) + ", not running");
  trial.touched = record.time;
  return trial;
}

void StudyState::apply(const Record &record, int64_t line) {
  using Kind = Record::Kind;
  if (record.kind == Kind::Range) {
    if (!ranges_.emplace(record.text, record.range).second)
      throw Error("parameter '" + record.text + "' has a range already");
    return;
  }
  if (record.kind == Kind::Begin || record.kind == Kind::Enqueue) {
    if (record.number != int64_t(trials_.size()))
      throw Error("trial " + std::to_string(record.number) + " begins where trial " + std::to_string(trials_.size()) +
                  " is expected");
    trials_.push_back({.number = record.number, .planned = record.planned, .touched = record.time});
    if (record.kind == Kind::Enqueue)
      trials_.back().enqueued = record.planned;
    owners_.push_back(line);
    if (record.kind == Kind::Enqueue)
      return;
  }
  if (record.kind == Kind::Begin || record.kind == Kind::Take) {
    TrialRecord &trial = record.kind == Kind::Take ? running(record) : trials_.back();
    trial.state = TrialState::Running;
    trial.started = record.time;
    ++trial.workers;
    trial.planned.insert(record.planned.begin(), record.planned.end());
    owners_[size_t(record.number)] = line;
    return;
  }
  TrialRecord &trial = running(record);
  switch (record.kind) {
  case Kind::Parameter: {
    const ParameterRange *range = rangeOf(record.text);
    if (!range || !range->contains(record.value))
      throw Error("parameter '" + record.text + "' cannot be " + toText(record.value));
    trial.parameters.push_back({record.text, *range, record.value});
    break;
  }
  case Kind::Report:
    trial.reports.erase(trial.reports.lower_bound(record.step), trial.reports.end());
    trial.reports[record.step] = record.result.value();
    break;
  case Kind::Attribute:
    trial.attributes[record.text] = record.more;
    break;
  case Kind::Excuse:
    --trial.workers;
    break;
  case Kind::Execution:
    trial.executions.push_back(record.result.value());
    break;
  case Kind::Tell:
    if (record.state == TrialState::Complete && !record.result)
      throw Error("a complete trial has no value");
    trial.state = record.state;
    trial.value = record.result;
    trial.failure = record.more;
    trial.accident = record.accident;
    trial.finished = record.time;
    break;
  default: // Alive: `touched` is all
    break;
  }
}

} // namespace tenon::search
