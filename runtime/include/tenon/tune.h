// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TUNE_H
#define TENON_TUNE_H

#include <tenon/study.h>

namespace tenon {

/// What a program that tunes says of itself.
struct TuneProgram {
  struct Option {
    std::string name; ///< "--epochs"
    std::string description;
    std::variant<std::string *, int *, double *> value; ///< what it is without the option, and with it
  };
  std::string description = "Chooses hyper-parameters.";
  std::optional<Direction> direction = std::nullopt; ///< of the objective's value
  std::vector<Option> options = {};                  ///< of its own
  /// Values to be tried first, what one would take without a search. Parameters not named are sampled.
  std::map<std::string, ParameterValue> defaults = {};
  /// Called once, when the search has ended and its table is printed; not when it was stopped or failed.
  std::function<void(const Study &)> afterwards = nullptr;
};

/// The main of a program that chooses hyper-parameters, with the options of `tenon tune` (--trials, --sampler, --study,
/// --workers, --json...):
///
///     int main(int argc, char **argv) {
///       return tenon::tuneMain(argc, argv, [](tenon::Trial &trial) {
///         double rate = trial.suggestFloat("rate", 1e-4, 1e-1, {.log = true});
///         return validationLoss(rate);
///       });
///     }
///
/// Workers are this program, started again with the same command line: what main does before this call is done in each
/// of them, and in them it does not return. Returns main's exit code: 0 done, 1 to 3 by whose fault (tenon/error.h),
/// 128 + signal when it was stopped.
int tuneMain(int argc, char **argv, const Objective &objective, const TuneProgram &program = {});

} // namespace tenon
#endif // TENON_TUNE_H
