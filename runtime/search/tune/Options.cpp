// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Options.h"
#include "runtime/search/Arguments.h"
#include "runtime/search/report/Files.h"
#include "runtime/search/report/Text.h"
#include "runtime/search/tune/Parameters.h"

#include <CLI/CLI.hpp>

namespace tenon::search {

namespace {
const char *const endsText =
    "Ctrl-C and SIGTERM end the trials that run; the study stays, and the same command goes "
    "on with it. Workers may be\n"
    "killed at any moment: another one takes their trial over. The files asked for are written in each case.\n"
    "Exit codes: 0 done, 1 the objective's or a file's fault, 2 wrong usage, 3 a bug of "
    "Tenon, 128 + signal when stopped.";

/// CLI11's own checks name a range of three hundred digits.
std::string notNegative(const std::string &text) {
  std::optional<double> value = numberFrom(text);
  return value && *value >= 0 ? "" : "expected a number of 0 or more, received '" + text + "'";
}
std::string positive(const std::string &text) {
  std::optional<double> value = numberFrom(text);
  return value && *value > 0 ? "" : "expected a number above 0, received '" + text + "'";
}
/// That a text names a sampler or a pruner, and its arguments.
template <typename Make> CLI::Validator named(Make make, const std::string &type) {
  return {[make](const std::string &text) -> std::string {
            try {
              make(text);
            } catch (const Error &error) {
              return error.what();
            }
            return "";
          },
          type};
}
} // namespace

void addOptions(CLI::App &app, TuneOptions &options) {
  app.add_option("--trials", options.trials,
                 "trials that the study shall have in all, earlier and enqueued ones included")
      ->check(notNegative);
  app.add_option("--timeout", options.timeout, "seconds after which no trial begins; those that run are finished")
      ->check(notNegative);
  app.add_option("--target", options.target, "a value; no trial begins once the best is as good");
  app.add_option("--direction", options.direction,
                 "minimize (a new study's default, unless the program has its own) or maximize")
      ->check(CLI::IsMember({"minimize", "maximize"}));
  app.add_option("--sampler", options.sampler,
                 "what chooses parameters, as 'tpe' or 'tpe(startupTrials=20)'; a new study's default is tpe")
      ->check(named(makeSampler, "NAME(ARGUMENT=VALUE,...)"));
  app.add_option("--pruner", options.pruner,
                 "what ends trials early by their intermediate values, as 'hyperband(maxResource=27)'; a new study's "
                 "default is none")
      ->check(named(makePruner, "NAME(ARGUMENT=VALUE,...)"));
  app.add_option("--seed", options.seed, "of the sampler's choices; a new study's default is 0");
  app.add_option("--executions", options.executions, "how often each trial is run; their mean counts")
      ->check(positive)
      ->capture_default_str();
  app.add_option("--enqueue", options.enqueued,
                 "NAME=VALUE,NAME=VALUE... to be tried first, any number of times; parameters not named are sampled")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  app.add_option(
      "--study", options.study,
      "the folder that keeps the search, made when there is none; named again it goes on (a temporary one by default)");
  app.add_option("--workers", options.workers,
                 "processes that run trials at the same time; 0: this one, for a debugger")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option(
         "--stale-after", options.staleAfter,
         "seconds without a sign of life after which a worker's trial is given to another one (never by default)")
      ->check(positive);
  app.add_option("--max-failures", options.maxFailures,
                 "so many failed trials in a row end a worker's search; 0: none do. A value that is no finite number "
                 "counts only while no trial has one: then 10 trials, of all workers, end the search")
      ->check(notNegative)
      ->capture_default_str();
  app.add_option("--keep", options.keep,
                 "all (as without it), or best: the folders of the finished trials in --study are deleted, but for the "
                 "best one's")
      ->check(CLI::IsMember({"all", "best"}));
  app.add_flag("--show", options.show, "run nothing: print the table of --study and write the files asked for");
  app.add_option("--json", options.json, "write the best and all trials");
  app.add_option("--csv", options.csv, "write all trials");
  app.add_option("--plots", options.plots, "a folder: history.svg, parallel_coordinates.svg, importances.svg");
  app.add_option("--tensorboard", options.tensorboard, "a folder for TensorBoard's page of hyper-parameters");
}

Study openStudy(const TuneOptions &options, const std::string &folder, std::optional<Direction> byDefault) {
  StudyOptions study{.folder = folder, .direction = byDefault, .seed = options.seed};
  if (options.direction)
    study.direction = directionFrom(*options.direction);
  if (options.sampler)
    study.sampler = makeSampler(*options.sampler);
  if (options.staleAfter)
    study.staleAfter = *options.staleAfter;
  if (options.pruner)
    study.pruner = makePruner(*options.pruner);
  Study result(study);
  // makePruner gives none for "none", as if it were not asked for.
  if (options.pruner && !study.pruner && result.settings().pruner != "none")
    throw Error(folder + ": the study's pruner is " + result.settings().pruner +
                    ", received none; go on with the same or choose another folder",
                Fault::Usage);
  return result;
}

std::string footer() {
  return "Samplers, and their arguments by default:\n" + samplersText() +
         "Pruners, and theirs; a step is an epoch from 0, a resource is epochs:\n" + prunersText() + "\n" + endsText;
}

bool wantsFiles(const TuneOptions &options) {
  return !options.json.empty() || !options.csv.empty() || !options.plots.empty() || !options.tensorboard.empty();
}

void writeFiles(const Study &study, const TuneOptions &options) {
  if (!options.json.empty())
    writeFile(options.json, toJson(study));
  if (!options.csv.empty())
    writeFile(options.csv, toCsv(study));
  if (!options.plots.empty())
    writePlots(study, options.plots);
  if (!options.tensorboard.empty())
    writeTensorBoard(study, options.tensorboard);
}

} // namespace tenon::search
