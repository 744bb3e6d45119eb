// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/StudyStore.h"
#include "runtime/search/ByName.h"

#include <chrono>
#include <filesystem>

namespace tenon::search {

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

StudyStore::StudyStore(const StudyOptions &options) : options_(options) {
  if (!(options.staleAfter > 0))
    throw Error("Study: expected staleAfter above 0 seconds, received " + std::to_string(options.staleAfter),
                Fault::Usage);
  if (options.maxWorkersPerTrial < 1)
    throw Error("Study: expected maxWorkersPerTrial of at least 1, received " +
                    std::to_string(options.maxWorkersPerTrial),
                Fault::Usage);
  settings_ = {.direction = options.direction.value_or(Direction::Minimize),
               .seed = options.seed.value_or(0),
               .sampler = options.sampler ? textOf(*options.sampler) : "tpe",
               .pruner = options.pruner ? textOf(*options.pruner) : "none"};
  if (!options.folder.empty())
    open();
  if (!options_.sampler)
    options_.sampler = makeSampler(settings_.sampler);
  if (!options_.pruner)
    options_.pruner = makePruner(settings_.pruner);
}

void StudyStore::open() {
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  if (error)
    throw Error(options_.folder + ": cannot make the study's folder: " + error.message());
  // A folder of something else must not be taken for an empty study.
  const std::filesystem::directory_iterator entries(options_.folder, error);
  if (error)
    throw Error(options_.folder + ": cannot read the study's folder: " + error.message());
  for (auto &entry : entries)
    if (std::string name = entry.path().filename();
        name != "locks" && name != "journal.jsonl" && name != "trials" && !Study::exists(options_.folder))
      throw Error(options_.folder + ": is no study's folder: it has '" + name + "' and no journal.jsonl");
  locks_ = std::make_unique<Locks>(options_.folder + "/locks");
  StudySettings wanted = settings_;
  Step step(*this);
  if (journal_->lines() == 0) {
    journal_->append(toJson(settings_), true);
    return;
  }
  auto check = [&](const char *what, bool given, const std::string &received, const std::string &kept) {
    if (given && received != kept)
      throw Error(options_.folder + ": the study's " + what + " is " + kept + ", received " + received +
                      "; go on with the same or choose another folder",
                  Fault::Usage);
  };
  check("direction", options_.direction.has_value(), toText(wanted.direction), toText(settings_.direction));
  check("seed", options_.seed.has_value(), std::to_string(wanted.seed), std::to_string(settings_.seed));
  auto checkNamed = [&](const char *what, const auto &given, const std::string &received, const std::string &kept) {
    if (given)
      check(what, true, settings_.withArguments ? received : given->name(), kept);
  };
  checkNamed("sampler", options_.sampler, wanted.sampler, settings_.sampler);
  checkNamed("pruner", options_.pruner, wanted.pruner, settings_.pruner);
}

StudyStore::Step::Step(StudyStore &store) : store_(store), guard_(store.mutex_) {
  if (!store.locks_)
    return;
  store.locks_->take(0);
  try {
    if (!store.journal_)
      store.journal_ = std::make_unique<Journal>(store.journalPath());
    store.journal_->read([&](int64_t line, const std::string &text) {
      if (line == 0)
        store.settings_ = settingsFrom(text);
      else
        store.state_.apply(recordFrom(text), line);
    });
  } catch (...) {
    store.locks_->release(0);
    throw;
  }
}

StudyStore::Step::~Step() {
  if (store_.locks_)
    store_.locks_->release(0);
}

SearchHistory StudyStore::Step::history() const {
  return {trials(), store_.settings_.direction, store_.settings_.seed};
}

void StudyStore::Step::append(Record record, bool durable) {
  record.time = now();
  int64_t line = store_.journal_ ? store_.journal_->lines() : store_.lines_;
  StudyState &state = store_.state_;
  if (store_.journal_)
    store_.journal_->append(toJson(record), durable);
  state.apply(record, line);
  ++store_.lines_;
}

int64_t StudyStore::Step::appendOwner(Record record) {
  int64_t owner = store_.journal_ ? store_.journal_->lines() : store_.lines_;
  if (store_.locks_)
    store_.locks_->take(owner);
  try {
    append(std::move(record), true);
  } catch (...) { // a full disk, say; the line's number will be another trial's
    if (store_.locks_)
      store_.locks_->release(owner);
    throw;
  }
  store_.owners_.insert(owner);
  return owner;
}

bool StudyStore::Step::isOthers(const TrialRecord &trial) const {
  int64_t owner = store_.state_.ownerOf(trial.number);
  return !store_.owners_.count(owner) && store_.locks_ && store_.locks_->isTakenByOthers(owner);
}

bool StudyStore::Step::isLeft(const TrialRecord &trial) const {
  if (trial.state != TrialState::Running)
    return false;
  if (!store_.owners_.count(store_.state_.ownerOf(trial.number)) && !isOthers(trial))
    return true;
  return now() - trial.touched > store_.options_.staleAfter;
}

void StudyStore::release(int64_t owner) {
  std::lock_guard guard(mutex_);
  owners_.erase(owner);
  if (locks_)
    locks_->release(owner);
}

std::string StudyStore::folderOf(int64_t number) const {
  if (options_.folder.empty())
    throw Error("Study: a study in memory has no folders for its trials; give .folder", Fault::Usage);
  return options_.folder + "/trials/" + std::to_string(number);
}

} // namespace tenon::search
