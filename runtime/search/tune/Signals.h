// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_TUNE_SIGNALS_H
#define TENON_RUNTIME_SEARCH_TUNE_SIGNALS_H

#include <functional>
#include <string>

namespace tenon::search {

/// How SIGINT and SIGTERM end a process that runs trials. A study may be left at any moment, so it ends at once, with
/// exit code 128 + signal, and whatever handler `fit` would install does not make half a training's value of it. Only
/// a program that a trial runs is ended first.
class Signals {
public:
  /// From now on; `farewell` is written on stderr. `lastly` is called before, in a thread of its own while the others
  /// run on; a second signal does not wait for it.
  static void endProcess(const std::string &farewell, const std::function<void()> &lastly = nullptr);
  /// The signal that came; 0 before.
  static int received();

  /// While it lives, a signal does not end the process: who made it looks at received() and lets the program end.
  class Postponed {
  public:
    Postponed();
    ~Postponed(); ///< ends the process when a signal came
    Postponed(const Postponed &) = delete;
  };

  /// For who has workers to end: signals are only noted, a second one too.
  static void note();
  static int count();
  /// They end the process again as they do by default. Does not return while one ends it.
  static void restore();
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_TUNE_SIGNALS_H
