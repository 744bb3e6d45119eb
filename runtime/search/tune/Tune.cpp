// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Tune.h"
#include "runtime/search/StudyStore.h"
#include "runtime/search/report/Files.h"
#include "runtime/search/report/Text.h"
#include "runtime/search/tune/Progress.h"
#include "runtime/search/tune/Signals.h"
#include "runtime/search/tune/TrialFolders.h"
#include "runtime/search/tune/Workers.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

namespace tenon::search {
namespace {

/// The folder of a search that named none. It stays when the search was stopped or failed with trials in it.
class StudyFolder {
public:
  explicit StudyFolder(const std::string &named) : path_(named), temporary_(named.empty()) {
    if (!temporary_)
      return;
    std::string pattern = (std::filesystem::temp_directory_path() / "tenon-study-XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      throw Error(pattern + ": cannot be made: " + std::strerror(errno));
    path_ = pattern;
  }
  ~StudyFolder() {
    std::error_code ignored;
    if (temporary_ && !keep)
      std::filesystem::remove_all(path_, ignored);
  }
  const std::string &path() const { return path_; }
  std::string howToGoOn() const {
    return "the same command " + (temporary_ ? "with --study " + path_ + " " : "") + "goes on";
  }
  bool keep = false;

private:
  std::string path_;
  bool temporary_;
};

SearchLimits limitsOf(const TuneOptions &options, std::optional<double> deadline) {
  SearchLimits limits{.trials = options.trials,
                      .value = options.target,
                      .executions = options.executions,
                      .maxConsecutiveFailures = options.maxFailures};
  if (deadline)
    limits.seconds = std::max(0.0, *deadline - now());
  return limits;
}

[[noreturn]] void work(const TuneOptions &options, const TuneTask &task, const WorkerPlace &place) {
  Signals::endProcess("");
  place.started();
  auto fail = [&](const Error &error) {
    place.failed(error);
    std::exit(int(error.fault()));
  };
  try {
    openStudy(options, place.folder, task.direction).optimize(task.objective, limitsOf(options, place.deadline));
  } catch (const Error &error) {
    fail(error);
  } catch (const std::exception &error) {
    fail(Error(std::string("a bug of Tenon: ") + error.what(), Fault::Tenon));
  }
  place.done();
  std::exit(0);
}

/// Once in a study, however often the command is given.
void enqueueOnce(Study &study, const std::map<std::string, ParameterValue> &values) {
  if (!values.empty())
    study.enqueue(values, /*once=*/true);
}

void checkKeep(const TuneOptions &options) {
  if (!options.keep.empty() && options.study.empty())
    throw Error("--keep: expected --study with a folder for the search; without one, what its trials leave is deleted "
                "with it when it ends, received only --keep " +
                    options.keep,
                Fault::Usage);
}

/// Before a worker finds out, in a trial.
void checkRanges(const TuneTask &task, const Study &study) {
  for (const TrialRecord &trial : study.trials())
    for (const Parameter &known : trial.parameters)
      for (const NamedRange &given : task.parameters)
        if (given.name == known.name && given.range != known.range)
          throw Error("--param: the study has '" + known.name + "' as " + known.range.toText() + ", received " +
                          given.range.toText() + "; a parameter keeps its range, give this one another name",
                      Fault::Usage);
}

void checkLimits(const TuneOptions &options, const Study &study) {
  if (!options.trials && !options.timeout && !options.target && !makeSampler(study.settings().sampler)->isFinite())
    throw Error("expected --trials, --timeout or --target: a search with sampler " + study.settings().sampler +
                    " does not end by itself",
                Fault::Usage);
}

/// The files asked for, of a search that did not end by itself: how it ended is what is told last, and decides the exit
/// code.
void writeFound(const Study &study, const TuneOptions &options, const std::string &name) {
  if (!wantsFiles(options))
    return;
  try {
    if (!study.best())
      std::fprintf(stderr, "%s: no trial is complete, so that the files have no best one\n", name.c_str());
    writeFiles(study, options);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
  }
}

/// Also when the search throws: what is written afterwards is not to be written beside the end of the process, and a
/// signal is to end it.
struct SignalsAsBefore {
  SignalsAsBefore() = default;
  SignalsAsBefore(const SignalsAsBefore &) = delete;
  ~SignalsAsBefore() { Signals::restore(); }
};

/// The number of the signal that stopped it.
int search(const TuneOptions &options, const TuneTask &task, const StudyFolder &folder, Study &study,
           TrialFolders *folders) {
  std::optional<double> deadline;
  if (options.timeout)
    deadline = now() + *options.timeout;
  Progress progress(study.settings().direction, study.trials(), options.trials);
  auto update = [&](const std::vector<TrialRecord> &trials) {
    progress.update(trials);
    if (folders)
      folders->update(trials);
  };
  if (options.workers == 0) {
    Signals::endProcess("\n" + task.name + ": stopped; " + folder.howToGoOn() + "\n",
                        [study, options, name = task.name] { writeFound(study, options, name); });
    SignalsAsBefore afterwards;
    SearchLimits limits = limitsOf(options, deadline);
    limits.afterTrial = [&](const TrialRecord &) { update(study.trials()); };
    study.optimize(task.objective, limits);
    return 0;
  }
  Signals::note();
  SignalsAsBefore afterwards;
  auto show = [&] {
    const std::vector<TrialRecord> trials = study.trials();
    update(trials);
    return std::count_if(trials.begin(), trials.end(), [](const TrialRecord &trial) {
      return trial.state == TrialState::Complete || trial.state == TrialState::Pruned;
    });
  };
  auto runs = [&] {
    const std::vector<TrialRecord> trials = study.trials();
    return std::any_of(trials.begin(), trials.end(),
                       [](const TrialRecord &trial) { return trial.state == TrialState::Running; });
  };
  Workers workers(options.workers, {.folder = folder.path(), .deadline = deadline});
  const int signal = workers.run(
      {.ended = show, .runs = runs, .note = [&](const std::string &text) { progress.note(task.name + ": " + text); }});
  show();
  return signal;
}

void print(const Study &study, const TuneOptions &options) {
  std::fputs(toTable(study).c_str(), stdout);
  std::fflush(stdout);
  writeFiles(study, options);
}

int show(const TuneOptions &options) {
  if (options.study.empty())
    throw Error("--show: expected --study with the folder of the study", Fault::Usage);
  if (!Study::exists(options.study))
    throw Error("--study: there is no study in '" + options.study + "' to show");
  print(openStudy(options, options.study, std::nullopt), options);
  return 0;
}

} // namespace

int tune(const TuneOptions &options, const TuneTask &task) {
  if (std::optional<WorkerPlace> place = WorkerPlace::take())
    work(options, task, *place);
  if (options.show)
    return show(options);
  checkKeep(options);
  StudyFolder folder(options.study);
  Study study = openStudy(options, folder.path(), task.direction);
  checkLimits(options, study);
  checkRanges(task, study);
  std::optional<TrialFolders> folders;
  if (options.keep == "best")
    folders.emplace(study);
  enqueueOnce(study, task.defaults);
  for (const std::string &text : options.enqueued)
    enqueueOnce(study, enqueuedFrom(text, task.parameters));
  int signal = 0;
  bool over = false; // by itself
  try {
    signal = search(options, task, folder, study, folders ? &*folders : nullptr);
    over = signal == 0;
    if (over) {
      print(study, options);
      if (!study.best())
        throw Error("the search has ended and no trial is complete");
      if (task.afterwards)
        task.afterwards(study);
    }
  } catch (...) { // what the trials found outlives a file that cannot be written
    if (!over)
      writeFound(study, options, task.name);
    if (folder.keep = !study.trials().empty(); folder.keep)
      std::fprintf(stderr, "%s: the study is in %s\n", task.name.c_str(), folder.path().c_str());
    throw;
  }
  if (signal) {
    folder.keep = true;
    study.excuse();
    writeFound(study, options, task.name);
    const std::vector<TrialRecord> trials = study.trials();
    const auto done =
        std::count_if(trials.begin(), trials.end(), [](const TrialRecord &trial) { return trial.isFinished(); });
    std::fprintf(stderr, "%s: stopped by SIG%s with %s done; %s\n", task.name.c_str(), sigabbrev_np(signal),
                 counted(size_t(done), "trial").c_str(), folder.howToGoOn().c_str());
    return signal;
  }
  return 0;
}

} // namespace tenon::search
