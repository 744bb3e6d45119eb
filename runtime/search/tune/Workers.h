// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_WORKERS_H
#define TENON_RUNTIME_SEARCH_TUNE_WORKERS_H

#include "runtime/search/tune/Process.h"

#include <tenon/study.h>

#include <memory>

namespace tenon::search {

/// What a worker is told by who started it, in the environment: where the study is, until when to begin trials, and the
/// file descriptor on which it says that it has started and how it ended.
struct WorkerPlace {
  std::string folder;
  std::optional<double> deadline = std::nullopt; ///< Unix time in seconds
  int report = -1;

  /// What this process was told; nothing when it is no worker. Programs that it starts are told nothing.
  static std::optional<WorkerPlace> take();
  void started() const;
  void done() const;
  void failed(const Error &error) const;
};

/// Processes that are this program once more, with its command line: so a worker has nothing of its parent's
/// threads and memory, and whatever kills it kills nobody else. One that dies is followed by another, which takes its
/// trial over.
class Workers {
public:
  Workers(int count, WorkerPlace place);

  /// What it is asked while they work, several times in a second.
  struct Watch {
    std::function<int64_t()> ended;                ///< how many trials are complete or pruned; shows progress, too
    std::function<bool()> runs;                    ///< whether a trial runs
    std::function<void(const std::string &)> note; ///< says something on stderr
  };
  /// Until all are done, or a signal came, of which the number is returned. An Error of one ends all; so does it when
  /// fifteen die while no trial ends. One that is silent so long that its trial was given to another (--stale-after) is
  /// ended when the others are done.
  int run(const Watch &watch);

private:
  struct Worker {
    std::unique_ptr<Process> process;
    int reports = -1;
    std::string said;
  };
  void start();
  void listen();
  void judge(Worker &worker, int status, const Watch &watch);
  void endAll();
  void sweep() const;
  static std::vector<pid_t> children();
  void dismissSilent(const Watch &watch);
  std::vector<std::string> commandLine_;
  WorkerPlace place_;
  std::vector<Worker> workers_;
  const std::vector<pid_t> childrenBefore_ = children(); // not ours to end
  bool anyDied_ = false;
  int deaths_ = 0, left_ = 0;
  double doneSince_ = 0;   // when the first one was done
  bool dismissed_ = false; // those that are left
  int64_t endedBefore_ = 0;
  std::optional<Error> error_;
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_WORKERS_H
