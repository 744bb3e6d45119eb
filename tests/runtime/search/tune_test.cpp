// SPDX-License-Identifier: Apache-2.0
// The pieces of a search by a command line that tests/tools/tune.py cannot reach one by one.
#include "runtime/search/report/Scale.h"
#include "runtime/search/report/Text.h"
#include "runtime/search/tune/Command.h"
#include "runtime/search/tune/Output.h"
#include "tests/runtime/Helpers.h"

#include <cmath>
#include <fstream>
#include <gmock/gmock.h>

namespace tenon::search {
namespace {
using ::testing::ElementsAre;

TEST(Output, TheLastNumberOfAText) {
  const std::pair<const char *, double> cases[] = {{"0.25", 0.25},
                                                   {"loss=1.5e-3\n", 1.5e-3},
                                                   {"epoch 3: 0.5", 0.5},
                                                   {"value: -2", -2},
                                                   {"+7.", 7},
                                                   {"accuracy is 97%.", 97},
                                                   {"7 conv2d_1 layer3 3x3 v1.2", 7},
                                                   {"[0.1, 0.2]", 0.2},
                                                   {".5", .5},
                                                   {"5 e", 5},
                                                   {"1e400", INFINITY},
                                                   {"a-5 b", 5},
                                                   {"2 -inf", -INFINITY},
                                                   {"3 é4", 3}};
  for (auto [text, value] : cases)
    EXPECT_EQ(lastNumber(text), value) << text;
  EXPECT_TRUE(std::isnan(lastNumber("1.5 then nan").value()));
  for (const char *text : {"", "none", "- . e", "x2", "2x", "banana info"})
    EXPECT_EQ(lastNumber(text), std::nullopt) << text;
}

TEST(Output, IntermediateValuesAreWholeLines) {
  auto isOf = [](const char *line, int64_t step, double value) {
    auto found = intermediateFrom(line);
    return found && found->step == step && found->value == value;
  };
  EXPECT_TRUE(isOf("epoch 3: 0.25", 3, 0.25));
  EXPECT_TRUE(isOf("step 0:-1e3 \r", 0, -1e3));
  EXPECT_TRUE(std::isnan(intermediateFrom("epoch 1: nan")->value));
  for (const char *line : {"Epoch 3/10", "epoch 3", "epoch 3: 0.25 extra", " epoch 3: 1", "epoch -1: 1", "epoch 3 : 1",
                           "epoch x: 1", "loss 2: 1"})
    EXPECT_FALSE(intermediateFrom(line)) << line;
}

TEST(Output, TheLastLinesOfAFile) {
  test::TemporaryFolder folder;
  const std::string path = folder.path / "errors";
  auto tail = [&](const std::string &text) {
    std::ofstream(path) << text;
    return tailOf(path, 2);
  };
  EXPECT_EQ(tail(""), "");
  EXPECT_EQ(tail("one\n"), "one");
  EXPECT_EQ(tail("one\ntwo\nthree\n\n"), "two\nthree");
  EXPECT_EQ(tail(std::string(5000, 'x')), std::string(2000, 'x'));
  EXPECT_EQ(tailOf(folder.path / "none", 2), "");
}

TEST(Command, IsSplitAsAShellSplits) {
  const std::vector<NamedRange> parameters{parameterFrom("a=int(0,9)")};
  const Command command(R"(prog  --x={a} 'two words' "say \"{a}\"" '' back\ slash {{a}} {a}{a})", parameters);
  EXPECT_THAT(command.words({{"a", "$(1) '2'"}}), ElementsAre("prog", "--x=$(1) '2'", "two words", "say \"$(1) '2'\"",
                                                              "", "back slash", "{a}", "$(1) '2'$(1) '2'"));
}

TEST(Enqueued, ValuesAreOfTheirParametersKinds) {
  const std::vector<NamedRange> known{parameterFrom("n=choice(16,32)"), parameterFrom("x=float(0,1)")};
  auto values = enqueuedFrom("n=32, x=1", known);
  EXPECT_EQ(values.at("n"), ParameterValue("32"));
  EXPECT_EQ(values.at("x"), ParameterValue(int64_t(1))); // the study makes a float of it
  values = enqueuedFrom("a=0.5,b=relu,c=-3", {});
  EXPECT_EQ(values.at("a"), ParameterValue(0.5));
  EXPECT_EQ(values.at("b"), ParameterValue("relu"));
  EXPECT_EQ(values.at("c"), ParameterValue(int64_t(-3)));
  EXPECT_EQ(test::errorOf([&] { enqueuedFrom("n=32,n=16", known); }), "--enqueue 'n=32,n=16': 'n' stands there twice");
  EXPECT_EQ(test::errorOf([&] { enqueuedFrom("n", known); }),
            "--enqueue 'n': expected NAME=VALUE,NAME=VALUE..., received 'n'");
}

std::vector<std::string> labels(const Scale &scale, int count, bool whole = false) {
  std::vector<std::string> texts;
  for (const Tick &tick : scale.ticks(count, whole))
    texts.push_back(tick.label);
  return texts;
}

TEST(Scale, TicksAreRoundNumbers) {
  EXPECT_THAT(labels(Scale(0, 1, false), 5), ElementsAre("0", "0.2", "0.4", "0.6", "0.8", "1"));
  EXPECT_THAT(labels(Scale(-3, 11, false), 5), ElementsAre("0", "5", "10"));
  EXPECT_THAT(labels(Scale(0, 2, false), 10, true), ElementsAre("0", "1", "2"));
  EXPECT_THAT(labels(Scale(1e-4, 1e-1, true), 6), ElementsAre("0.0001", "0.001", "0.01", "0.1"));
  EXPECT_THAT(labels(Scale(1, 20, true), 6), ElementsAre("1", "2", "5", "10", "20"));
  EXPECT_THAT(labels(Scale(99990, 100010, false), 5), ElementsAre("99990", "99995", "100000", "100005", "100010"));
  EXPECT_THAT(labels(Scale(0, 3e-7, false), 3), ElementsAre("0", "1e-7", "2e-7", "3e-7"));
}

TEST(Text, NumbersForPeople) {
  EXPECT_EQ(readable(1.0 / 3), "0.333333");
  EXPECT_EQ(readable(1e-5), "1e-5");
  EXPECT_EQ(readable(-2.5e+100), "-2.5e100");
  EXPECT_EQ(readable(1e7), "1e7");
  EXPECT_EQ(duration(4.25), "4.2 s");
  EXPECT_EQ(duration(187), "3 min 7 s");
  EXPECT_EQ(duration(7500), "2 h 5 min");
  EXPECT_EQ(shortened("größer", 4), "grö…");
  EXPECT_EQ(shortened("größe", 5), "größe");
}

} // namespace
} // namespace tenon::search
