// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_ARGUMENTS_H
#define TENON_RUNTIME_SEARCH_ARGUMENTS_H

#include <tenon/pruners.h>

#include <limits>
#include <variant>

namespace tenon::search {

/// An option of a sampler or pruner, as a text names it. Parsing, --help, what a study keeps and the constructors'
/// checks are all made of these.
struct Argument {
  const char *name, *meaning;
  std::variant<int *, int64_t *, double *, bool *> value; ///< in the options' struct
  double low = 0, high = std::numeric_limits<double>::infinity();
  bool above = false; ///< low itself is not allowed
};
using Arguments = std::vector<Argument>;

/// The options of each, in their structs' order.
Arguments argumentsOf(GridOptions &options);
Arguments argumentsOf(TpeOptions &options);
Arguments argumentsOf(GaussianProcessOptions &options);
Arguments argumentsOf(GeneticOptions &options);
Arguments argumentsOf(CmaEsOptions &options);
Arguments argumentsOf(MedianPrunerOptions &options);
Arguments argumentsOf(SuccessiveHalvingOptions &options);
Arguments argumentsOf(HyperbandOptions &options);

/// "20", "0.5", "true": as it reads back.
std::string valueOf(const Argument &argument);
/// "whole numbers of 1 or more", "numbers between 0 and 1", "true or false".
std::string allowed(const Argument &argument);
/// Gives it the value a text is. A Usage Error that says what was received and what is allowed, after `of`.
void set(const Argument &argument, const std::string &text, const std::string &of);

/// Every one in its range? A Usage Error otherwise, after the class's name.
void checkArguments(const std::string &className, const Arguments &arguments);

/// Those that are not by default: "startupTrials=20,candidates=48".
std::string changed(const Arguments &arguments, const Arguments &byDefault);
template <typename Options> std::string changed(Options options) {
  Options byDefault;
  return changed(argumentsOf(options), argumentsOf(byDefault));
}

/// For --help: every sampler or pruner with what it is, its arguments and their defaults.
std::string samplersText();
std::string prunersText();

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_ARGUMENTS_H
