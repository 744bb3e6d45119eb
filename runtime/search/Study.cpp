// SPDX-License-Identifier: Apache-2.0
#include <tenon/study.h>

#include "runtime/search/RunningTrial.h"

#include <cmath>
#include <filesystem>

namespace tenon {
using search::Record;
using Step = search::StudyStore::Step;

const char *toText(Direction direction) { return direction == Direction::Minimize ? "minimize" : "maximize"; }

Direction directionFrom(const std::string &text) {
  for (Direction direction : {Direction::Minimize, Direction::Maximize})
    if (text == toText(direction))
      return direction;
  throw Error("expected direction 'minimize' or 'maximize', received '" + text + "'", Fault::Usage);
}

Study::Study(StudyOptions options) : store_(std::make_shared<search::StudyStore>(options)) {}

bool Study::exists(const std::string &folder) {
  std::error_code error; // a folder that is closed to us has none that we could open
  return std::filesystem::exists(folder + "/journal.jsonl", error);
}

const StudySettings &Study::settings() const { return store_->settings(); }
const std::string &Study::folder() const { return store_->options().folder; }

std::optional<Trial> Study::ask(std::optional<int64_t> limit) {
  const StudyOptions &options = store_->options();
  Step step(*store_);
  auto hold = [&](int64_t number, int64_t owner) {
    return Trial(std::make_shared<search::RunningTrial>(store_, number, owner));
  };
  const std::vector<TrialRecord> &trials = step.trials();
  for (size_t i = 0; i < trials.size(); ++i)
    if (step.isLeft(trials[i])) {
      int64_t owner = step.appendOwner({.kind = Record::Kind::Take, .number = int64_t(i)});
      if (trials[i].workers <= options.maxWorkersPerTrial)
        return hold(int64_t(i), owner);
      step.append({.kind = Record::Kind::Tell,
                   .number = int64_t(i),
                   .more = std::to_string(options.maxWorkersPerTrial) + " workers died or fell silent in this trial",
                   .state = TrialState::Failed,
                   .accident = true},
                  true);
      store_->release(owner);
    }
  auto waiting = [&] {
    for (const TrialRecord &trial : trials)
      if (trial.state == TrialState::Waiting)
        return trial.number;
    return int64_t(trials.size());
  };
  int64_t number = waiting(), count = int64_t(trials.size());
  if (number == count && ((limit && count >= *limit) || options.sampler->isExhausted(step.history())))
    return std::nullopt;
  Record record{.kind = number == count ? Record::Kind::Begin : Record::Kind::Take, .number = number};
  for (Parameter &parameter : options.sampler->sampleJointly(step.history(), number))
    record.planned[parameter.name] = std::move(parameter.value);
  return hold(number, step.appendOwner(std::move(record)));
}

void Study::tell(Trial &trial, double value) {
  if (std::isfinite(value))
    trial.running_->tell(TrialState::Complete, value, "");
  else
    trial.running_->tell(TrialState::Failed, std::nullopt,
                         "the objective's value is " + toText(ParameterValue(value)) + ", not a finite number");
}

void Study::tellPruned(Trial &trial) {
  TrialRecord record = trial.record();
  std::optional<double> last;
  if (!record.reports.empty() && std::isfinite(record.reports.rbegin()->second))
    last = record.reports.rbegin()->second;
  trial.running_->tell(TrialState::Pruned, last, "");
}

void Study::tellFailed(Trial &trial, const std::string &why) {
  trial.running_->tell(TrialState::Failed, std::nullopt, why.empty() ? "it failed for a reason not given" : why);
}

int64_t Study::enqueue(const std::map<std::string, ParameterValue> &parameters, bool once) {
  for (auto &[name, value] : parameters)
    if (const double *number = std::get_if<double>(&value); number && !std::isfinite(*number))
      throw Error("Study::enqueue: expected a finite number for '" + name + "', received " + toText(value), Fault::Usage);
  Step step(*store_);
  for (const TrialRecord &trial : step.trials())
    if (once && trial.enqueued == parameters)
      return trial.number;
  int64_t number = int64_t(step.trials().size());
  step.append({.kind = Record::Kind::Enqueue, .number = number, .planned = parameters}, true);
  return number;
}

void Study::excuse() {
  Step step(*store_);
  for (int64_t number = 0; number < int64_t(step.trials().size()); ++number)
    if (step.isLeft(step.trials()[size_t(number)]))
      step.append({.kind = Record::Kind::Excuse, .number = number});
}

std::vector<TrialRecord> Study::trials() const { return Step(*store_).trials(); }

std::optional<TrialRecord> Study::best() const {
  Step step(*store_);
  SearchHistory history = step.history();
  const TrialRecord *best = nullptr;
  for (const TrialRecord &trial : step.trials())
    if (trial.state == TrialState::Complete && (!best || history.loss(*trial.value) < history.loss(*best->value)))
      best = &trial;
  if (!best)
    return std::nullopt;
  return *best;
}

std::string Study::folderOf(int64_t number) const { return store_->folderOf(number); }

} // namespace tenon
