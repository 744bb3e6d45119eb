// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Range.h"
#include "runtime/search/RunningTrial.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace tenon {
using search::Record;
using Step = search::StudyStore::Step;

const char *toText(TrialState state) {
  constexpr const char *texts[] = {"waiting", "running", "complete", "pruned", "failed"};
  return texts[int(state)];
}

const ParameterValue *TrialRecord::find(const std::string &name) const {
  for (const Parameter &parameter : parameters)
    if (parameter.name == name)
      return &parameter.value;
  return nullptr;
}

namespace search {

const TrialRecord &RunningTrial::owned(const Step &step, const std::string &what) const {
  const TrialRecord &trial = step.trials()[size_t(number)];
  if (step.state().ownerOf(number) != owner_)
    throw TrialLost("trial " + std::to_string(number) +
                    " was taken over by another worker, as this one made no record " +
                    "of it for more than staleAfter = " + std::to_string(store->options().staleAfter) + " s; " + what +
                    " is refused");
  if (trial.state != TrialState::Running)
    throw Error("trial " + std::to_string(number) + " is " + toText(trial.state) + " already; " + what + " is refused",
                Fault::Usage);
  return trial;
}

void RunningTrial::tell(TrialState state, std::optional<double> value, const std::string &why, bool accident) {
  {
    Step step(*store);
    owned(step, value ? "its value " + toText(ParameterValue(*value)) : "that it is " + std::string(toText(state)));
    step.append({.kind = Record::Kind::Tell,
                 .number = number,
                 .more = why,
                 .result = value,
                 .state = state,
                 .accident = accident},
                true);
  }
  letGo();
}

void RunningTrial::letGo() {
  if (!told_)
    store->release(owner_);
  told_ = true;
}

} // namespace search

int64_t Trial::number() const { return running_->number; }
int Trial::execution() const { return running_->execution; }

int64_t Trial::suggestInt(const std::string &name, int64_t low, int64_t high, IntOptions options) {
  return std::get<int64_t>(suggest(name, {.kind = ParameterKind::Int,
                                          .low = double(low),
                                          .high = double(high),
                                          .step = double(options.step),
                                          .log = options.log}));
}

double Trial::suggestFloat(const std::string &name, double low, double high, FloatOptions options) {
  return std::get<double>(suggest(
      name, {.kind = ParameterKind::Float, .low = low, .high = high, .step = options.step, .log = options.log}));
}

std::string Trial::suggestCategorical(const std::string &name, const std::vector<std::string> &choices) {
  return std::get<std::string>(suggest(name, {.kind = ParameterKind::Categorical, .choices = choices}));
}

bool Trial::suggestBool(const std::string &name) { return suggestCategorical(name, {"false", "true"}) == "true"; }

ParameterValue Trial::suggest(const std::string &name, const ParameterRange &range) {
  search::checkRange(name, range);
  Step step(*running_->store);
  const TrialRecord &trial = running_->owned(step, "a value of '" + name + "'");
  const ParameterRange *known = step.state().rangeOf(name);
  if (known && *known != range)
    throw SearchSpaceError("parameter '" + name + "': the study has it as " + known->toText() + ", received " +
                           range.toText() + "; a parameter keeps its range, give this one another name");
  if (const ParameterValue *value = trial.find(name))
    return *value;
  ParameterValue value;
  if (auto planned = trial.planned.find(name); planned != trial.planned.end()) {
    std::optional<ParameterValue> fit = search::fitted(range, planned->second);
    if (!fit)
      throw Error("parameter '" + name + "': the enqueued value " + tenon::toText(planned->second) + " is not in " +
                  range.toText());
    value = *fit;
  } else {
    value = running_->store->options().sampler->sampleOne(step.history(), trial, name, range);
    if (!range.contains(value))
      throw Error("parameter '" + name + "': sampler '" + running_->store->settings().sampler + "' chose " +
                      tenon::toText(value) + ", which is not in " + range.toText(),
                  Fault::Tenon);
  }
  if (!known)
    step.append({.kind = Record::Kind::Range, .text = name, .range = range});
  step.append({.kind = Record::Kind::Parameter, .number = number(), .text = name, .value = value});
  return value;
}

void Trial::report(int64_t step, double value) {
  Step now(*running_->store);
  running_->owned(now, "a report of step " + std::to_string(step));
  if (running_->execution == 0)
    now.append({.kind = Record::Kind::Report,
                .number = number(),
                .step = step,
                .result = std::isfinite(value) ? value : NAN}); // as the journal keeps it
  else
    now.append({.kind = Record::Kind::Alive, .number = number()});
}

bool Trial::shouldPrune() {
  const std::shared_ptr<Pruner> &pruner = running_->store->options().pruner;
  if (!pruner || running_->execution > 0)
    return false;
  Step step(*running_->store);
  const TrialRecord &trial = running_->owned(step, "whether to prune it");
  return !trial.reports.empty() && pruner->shouldPrune(step.history(), trial);
}

std::string Trial::folder() const {
  std::string folder = running_->store->folderOf(number());
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw Error(folder + ": cannot make the trial's folder: " + error.message());
  return folder;
}

void Trial::setAttribute(const std::string &key, const std::string &text) {
  Step step(*running_->store);
  running_->owned(step, "attribute '" + key + "'");
  step.append({.kind = Record::Kind::Attribute, .number = number(), .text = key, .more = text});
}

void Trial::keepAlive() {
  Step step(*running_->store);
  running_->owned(step, "a sign of life");
  step.append({.kind = Record::Kind::Alive, .number = number()});
}

TrialRecord Trial::record() const { return Step(*running_->store).trials()[size_t(number())]; }

} // namespace tenon
