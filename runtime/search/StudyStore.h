// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_STUDYSTORE_H
#define TENON_RUNTIME_SEARCH_STUDYSTORE_H

#include "runtime/search/Journal.h"
#include "runtime/search/Locks.h"
#include "runtime/search/StudyState.h"

#include <atomic>
#include <mutex>
#include <set>

namespace tenon::search {

/// A study in memory or in a folder, as one process sees it. The folder holds
///
///   journal.jsonl   the settings, then every Record
///   locks           lock 0: of who reads or writes the journal; lock N: of the worker that took a trial by line N
///   trials/N/       what Trial::folder was asked for
class StudyStore {
public:
  explicit StudyStore(const StudyOptions &options);

  const StudySettings &settings() const { return settings_; }
  const StudyOptions &options() const { return options_; }

  /// One step of the study, during which nobody else takes one: it begins with all that others did.
  class Step {
  public:
    explicit Step(StudyStore &store);
    ~Step();
    const std::vector<TrialRecord> &trials() const { return store_.state_.trials(); }
    const StudyState &state() const { return store_.state_; }
    SearchHistory history() const;
    void append(Record record, bool durable = false);
    /// A Begin or Take: by the line returned the worker is known and its life is watched, until release.
    int64_t appendOwner(Record record);
    /// Whether nobody works on a running trial any more: its worker died, let it go or was silent for too long.
    bool isLeft(const TrialRecord &trial) const;
    /// Whether a worker of another process, or another Study, has the running trial.
    bool isOthers(const TrialRecord &trial) const;

  private:
    StudyStore &store_;
    std::unique_lock<std::recursive_mutex> guard_;
  };

  /// The worker does not have its trial any more.
  void release(int64_t owner);
  std::string folderOf(int64_t number) const;

  std::atomic<int> optimizing = 0; ///< trials that calls of Study::optimize have now, each in its thread

private:
  void open();
  std::string journalPath() const { return options_.folder + "/journal.jsonl"; }

  StudyOptions options_;
  StudySettings settings_;
  StudyState state_;
  std::recursive_mutex mutex_;
  std::unique_ptr<Locks> locks_;
  std::unique_ptr<Journal> journal_;
  int64_t lines_ = 1;        // of a study in memory, as if it had a journal
  std::set<int64_t> owners_; // workers of this process
};

/// Unix time in seconds.
double now();

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_STUDYSTORE_H
