// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/RunProgram.h"
#include "runtime/search/StudyStore.h"
#include "runtime/search/report/Text.h"
#include "runtime/search/tune/Output.h"
#include "runtime/search/tune/Process.h"
#include "runtime/search/tune/Signals.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <unistd.h>

namespace tenon::search {
namespace {
constexpr double patience = 10; // seconds between SIGTERM and SIGKILL
constexpr int linesOfErrors = 5;
constexpr size_t longestLine = 1 << 16;

/// One run of a trial's program, from its start to its end.
class Run {
public:
  Run(Trial &trial, const std::vector<std::string> &words, const ProgramOptions &options)
      : trial_(trial), options_(options), begin_(now()), touched_(begin_) {
    const std::string folder = std::filesystem::absolute(trial.folder()).string(),
                      number = trial.execution() ? "." + std::to_string(trial.execution()) : "";
    errors_ = folder + "/stderr" + number + ".txt";
    kept_.open(folder + "/stdout" + number + ".txt", std::ios::binary);
    process_.emplace(Process::Options{
        .words = words,
        .environment = {{"TENON_TRIAL", std::to_string(trial.number())}, {"TENON_TRIAL_FOLDER", folder}},
        .errors = errors_,
        .readOutput = true});
  }

  double value() {
    // What ends the trial early is thrown when the program is gone.
    bool pruned = false, late = false;
    std::exception_ptr lost;
    while (!isOver()) {
      try {
        if (!ending_ && (pruned = readOn() || pruned))
          end();
        if (!ending_ && Signals::received())
          end();
        if (!ending_ && options_.trialTimeout && now() - begin_ > *options_.trialTimeout)
          late = true, end();
        if (!ending_ && now() - touched_ > options_.keepAliveEvery)
          touched_ = now(), trial_.keepAlive();
      } catch (...) {
        lost = std::current_exception();
        end();
      }
      if (ending_ && (now() - ended_ > patience || Signals::count() > 1))
        process_->signal(SIGKILL);
      if (ending_)
        usleep(1000);
    }
    if (ending_)
      process_->signal(SIGKILL); // what is left of its group
    if (lost)
      std::rethrow_exception(lost);
    if (pruned)
      throw TrialPruned();
    if (late)
      throw Error("the program took longer than --trial-timeout, " + readable(*options_.trialTimeout) +
                  " s, and was ended" + lastErrors());
    return valueOf(*process_->status());
  }

private:
  void end() {
    ending_ = true;
    ended_ = now();
    process_->signal(SIGTERM);
  }

  /// Whether the program is gone and all it wrote is read. What it left running may keep its stdout open.
  bool isOver() {
    if (!process_->status())
      return false;
    const double gone = now(); // what runs on may print for ever
    while (!ending_ && !closed_ && now() - gone < 1 && isReadable(0))
      if (take(trial_))
        break;
    return true;
  }

  bool isReadable(int milliseconds) const {
    pollfd poll{process_->output(), POLLIN, 0};
    return ::poll(&poll, 1, milliseconds) > 0;
  }

  /// Waits a moment for output; whether it says that the trial is to be pruned.
  bool readOn() {
    if (closed_) { // it runs on with nothing to say
      usleep(1000);
      return false;
    }
    return isReadable(50) && take(trial_);
  }

  bool take(Trial &trial) {
    char buffer[65536];
    const ssize_t got = read(process_->output(), buffer, sizeof buffer);
    closed_ = got == 0;
    if (got <= 0)
      return false;
    kept_.write(buffer, got).flush();
    printed_.append(buffer, size_t(got));
    bool prune = false;
    for (size_t end; (end = printed_.find_first_of("\r\n", line_)) != std::string::npos; line_ = end + 1)
      if (auto found = intermediateFrom(std::string_view(printed_).substr(line_, end - line_))) {
        trial.report(found->step, found->value);
        prune = prune || trial.shouldPrune();
        touched_ = now();
      }
    if (printed_.size() - line_ > longestLine)
      line_ = printed_.size();
    forget();
    return prune;
  }

  /// A program may print for days: of the lines before, the last number is all that counts.
  void forget() {
    if (line_ < (1 << 20))
      return;
    if (auto number = lastNumber(std::string_view(printed_).substr(0, line_)))
      number_ = number;
    printed_.erase(0, line_);
    line_ = 0;
  }

  std::string lastErrors() const {
    const std::string tail = tailOf(errors_, linesOfErrors);
    return tail.empty() ? "" : "; its stderr ends in: " + tail;
  }

  double valueOf(int status) const {
    if (status != 0)
      throw Error("the program ended with " + statusText(status) + lastErrors());
    std::optional<double> number = lastNumber(printed_);
    if (!number)
      number = number_;
    if (!number)
      throw Error("the program printed no number on stdout" + lastErrors());
    return *number;
  }

  Trial &trial_;
  const ProgramOptions &options_;
  double begin_, touched_, ended_ = 0;
  bool ending_ = false, closed_ = false;
  std::string errors_, printed_;
  size_t line_ = 0;              // where the line begins that is not whole yet
  std::optional<double> number_; // the last one of what is forgotten
  std::ofstream kept_;
  std::optional<Process> process_;
};
} // namespace

Objective objectiveOf(Command command, std::vector<NamedRange> parameters, ProgramOptions options) {
  return [command = std::move(command), parameters = std::move(parameters), options](Trial &trial) {
    std::map<std::string, std::string> values;
    for (const NamedRange &parameter : parameters)
      values[parameter.name] = toText(trial.suggest(parameter.name, parameter.range));
    Signals::Postponed postponed;
    return Run(trial, command.words(values), options).value();
  };
}

} // namespace tenon::search
