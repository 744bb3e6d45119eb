// SPDX-License-Identifier: Apache-2.0
// Samplers and pruners as a text names them, and what a study keeps of them.
#include "runtime/search/Arguments.h"
#include "runtime/search/Journal.h"
#include "tests/runtime/Helpers.h"

#include <tenon/search.h>

#include <gmock/gmock.h>

using namespace tenon;
using search::Argument;
using search::Arguments;
using test::errorOf;
using test::TemporaryFolder;
using testing::HasSubstr;

namespace {
std::string sampler(const std::string &text) { return makeSampler(text)->arguments(); }
std::string pruner(const std::string &text) { return makePruner(text)->arguments(); }

/// A value it may have and has not by default.
std::string another(const Argument &argument) {
  if (std::holds_alternative<bool *>(argument.value))
    return valueOf(argument) == "true" ? "false" : "true";
  return std::isfinite(argument.high) ? "0.25" : "73";
}

template <typename Options, typename Read> void checkTable(const std::string &name, Read read) {
  Options options;
  const Arguments arguments = search::argumentsOf(options);
  const auto *begin = reinterpret_cast<const char *>(&options);
  size_t end = 0;
  auto aligned = [](size_t place, size_t size) { return (place + size - 1) / size * size; };
  for (const Argument &argument : arguments) {
    const std::string text = std::string(argument.name) + "=" + another(argument);
    EXPECT_EQ(read(name + "(" + text + ")"), text);
    EXPECT_EQ(read(name + "(" + argument.name + "=" + valueOf(argument) + ")"), "") << "what it is by default";
    EXPECT_THAT(
        errorOf([&] { read(name + "(" + argument.name + "=-1)"); }),
        testing::StartsWith("'" + name + "': " + argument.name + " takes " + allowed(argument) + ", received '-1'"));
    std::visit(
        [&](const auto *value) {
          const size_t place = size_t(reinterpret_cast<const char *>(value) - begin);
          EXPECT_EQ(place, aligned(end, sizeof *value)) << "an option before " << argument.name << " is no argument";
          end = place + sizeof *value;
        },
        argument.value);
  }
  EXPECT_EQ(aligned(end, alignof(Options)), sizeof(Options)) << name << "'s last option is no argument";
}
} // namespace

TEST(Arguments, EveryOptionIsOneAndReadsBack) {
  checkTable<GridOptions>("grid", sampler);
  checkTable<TpeOptions>("tpe", sampler);
  checkTable<GaussianProcessOptions>("gp", sampler);
  checkTable<GeneticOptions>("genetic", sampler);
  checkTable<CmaEsOptions>("cmaes", sampler);
  checkTable<MedianPrunerOptions>("median", pruner);
  checkTable<SuccessiveHalvingOptions>("halving", pruner);
  checkTable<HyperbandOptions>("hyperband", pruner);
}

TEST(Arguments, ATextNamesThemInAnyOrder) {
  EXPECT_EQ(sampler(" tpe( candidates = 48 , startupTrials=20 ) "), "startupTrials=20,candidates=48");
  EXPECT_EQ(sampler("cmaes(sigma=1e-2)"), "sigma=0.01");
  EXPECT_EQ(pruner("hyperband(minResource=1,maxResource=27,reductionFactor=4)"), "maxResource=27,reductionFactor=4");
  for (const char *text : {"tpe", "tpe()", "tpe( )", "random", "random()"})
    EXPECT_EQ(sampler(text), "") << text;
  EXPECT_EQ(makePruner("none()"), nullptr);
}

TEST(Arguments, OtherTextsAreRefusedWithWhatThereIs) {
  const std::pair<const char *, const char *> cases[] = {
      {"tpe(startup=20)",
       "'tpe' has no argument 'startup'; it takes startupTrials, candidates, multivariate, constantLiar"},
      {"random(points=3)", "'random' has no argument 'points'; it takes none"},
      {"tpe(candidates=0)", "'tpe': candidates takes whole numbers of 1 or more, received '0'"},
      {"tpe(candidates=4.5)", "'tpe': candidates takes whole numbers of 1 or more, received '4.5'"},
      {"tpe(candidates=99999999999)", "'tpe': candidates takes whole numbers of 1 or more, received '99999999999'"},
      {"tpe(candidates=)", "'tpe': candidates takes whole numbers of 1 or more, received ''"},
      {"tpe(multivariate=1)", "'tpe': multivariate takes true or false, received '1'"},
      {"genetic(crossover=1.5)", "'genetic': crossover takes numbers between 0 and 1, received '1.5'"},
      {"cmaes(sigma=0)", "'cmaes': sigma takes numbers above 0, received '0'"},
      {"cmaes(sigma=inf)", "'cmaes': sigma takes numbers above 0, received 'inf'"},
      {"cmaes(population=3)", "CmaEsSampler: expected population of 4 or more, or 0, received 3"},
      {"tpe(candidates=4,candidates=5)", "'tpe(candidates=4,candidates=5)': candidates stands there twice; expected "
                                         "NAME or NAME(ARGUMENT=VALUE,...)"},
      {"tpe(4)", "'tpe(4)': received '4' for ARGUMENT=VALUE; expected NAME or NAME(ARGUMENT=VALUE,...)"},
      {"tpe(candidates=4,)",
       "'tpe(candidates=4,)': received '' for ARGUMENT=VALUE; expected NAME or NAME(ARGUMENT=VALUE,...)"},
      {"tpe(candidates=4", "'tpe(candidates=4': '(' without ')'; expected NAME or NAME(ARGUMENT=VALUE,...)"},
      {"tpe)", "'tpe)': ')' without '('; expected NAME or NAME(ARGUMENT=VALUE,...)"},
      {"tpe(candidates=(4))", "'tpe(candidates=(4))': one '(' and, as its end, one ')' is what there may be; expected "
                              "NAME or NAME(ARGUMENT=VALUE,...)"},
      {"tpa(x=1)", "expected a sampler of 'random', 'grid', 'tpe', 'gp', 'genetic', 'cmaes', received 'tpa'"}};
  for (auto [text, message] : cases)
    EXPECT_EQ(errorOf([text = text] { makeSampler(text); }), message);
  EXPECT_EQ(errorOf([] { makePruner("hyperband(minResource=9,maxResource=3)"); }),
            "HyperbandPruner: expected minResource <= maxResource, received 9 and 3");
}

TEST(Arguments, HelpHasEveryNameAndArgument) {
  const std::string text = "\n" + search::samplersText() + search::prunersText();
  for (const std::vector<std::string> &names : {samplerNames(), prunerNames()})
    for (const std::string &name : names)
      EXPECT_THAT(text, HasSubstr("\n  " + name + " ")) << name;
  for (const char *line :
       {"    maxResource=100 ", "    sigma=0.166667 ", "    multivariate=false ", "numbers above 0)"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Arguments, AStudyKeepsThem) {
  TemporaryFolder temporary;
  const std::string folder = temporary.file("study");
  Study({.folder = folder, .sampler = makeSampler("grid(points=3)"), .pruner = makePruner("halving(minResource=2)")});
  Study again({.folder = folder});
  EXPECT_EQ(again.settings().sampler, "grid(points=3)");
  EXPECT_EQ(again.settings().pruner, "halving(minResource=2)");
  again.optimize([](Trial &trial) { return trial.suggestFloat("x", 0, 1); }, {});
  EXPECT_EQ(again.trials().size(), 3u);
  auto open = [&](const char *sampler, const char *pruner) {
    return errorOf([&] { Study({.folder = folder, .sampler = makeSampler(sampler), .pruner = makePruner(pruner)}); });
  };
  EXPECT_EQ(open("grid(points=3)", "halving(minResource=2)"), "");
  EXPECT_THAT(open("grid", "none"), HasSubstr("the study's sampler is grid(points=3), received grid; go on with"));
  EXPECT_THAT(open("grid(points=3)", "halving"), HasSubstr("pruner is halving(minResource=2), received halving;"));
}

TEST(Arguments, AStudyFromBeforeTheyWereKeptGoesOnWithAny) {
  TemporaryFolder temporary;
  search::Journal journal(temporary.file("journal.jsonl"));
  journal.read([](int64_t, const std::string &) {});
  journal.append(R"({"direction":"minimize","pruner":"none","sampler":"grid","seed":0,"tenon study":1})", true);
  auto open = [&](const char *sampler) {
    return errorOf([&] { Study({.folder = temporary.path, .sampler = makeSampler(sampler)}); });
  };
  EXPECT_EQ(open("grid(points=3)"), "");
  EXPECT_EQ(open("grid"), "");
  EXPECT_THAT(open("tpe(candidates=9)"), HasSubstr("the study's sampler is grid, received tpe;"));
}
