// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Helpers.h"
#include "tests/runtime/LinearProgram.h"

#include <tenon/session.h>

#include <cstring>

using namespace tenon;
using test::errorOf;
using test::LinearProgram;

namespace {
std::string wrapError(const std::function<void(schema::ManifestT &)> &change) {
  LinearProgram linear(change);
  return errorOf([&] { Program::wrap(linear.table()); });
}
const std::string kLibrary = std::string(TENON_LIB_DIR) + "/liblinear_program.so";
} // namespace

TEST(Program, TellsWhatItHolds) {
  LinearProgram linear;
  Program program = Program::wrap(linear.table());
  EXPECT_EQ(program.model(), "linear");
  EXPECT_EQ(program.entries().size(), 6u);
  EXPECT_EQ(program.entry("predict").inputs[0].shape(), (Shape{-1, 3}));
  EXPECT_EQ(program.entry("train_step").inputIndex("target:y"), 1);
  EXPECT_EQ(program.variableIndex("linear/bias"), 1);
  EXPECT_EQ(program.variableIndex("nothing"), -1);
  EXPECT_EQ(program.variables()[0].initial, linear.weights.data());
  EXPECT_EQ(program.findEntry("fly"), nullptr);
  EXPECT_EQ(errorOf([&] { program.entry("fly"); }),
            "program 'linear' has no entry 'fly'; it has predict, prepare, train_step, evaluate_step, reset_metrics, "
            "read_metrics");
}

TEST(Program, RefusesAnotherAbi) {
  LinearProgram linear;
  tenon_program_table table = *linear.table();
  table.abi_version = 7;
  EXPECT_EQ(errorOf([&] { Program::wrap(&table); }), "program: was made for ABI version 7, this runtime has version 1");
  EXPECT_EQ(wrapError([](auto &manifest) { manifest.abi = 9; }),
            "program: has a manifest of ABI version 9, this runtime has version 1");
  EXPECT_EQ(errorOf([] { Program::wrap(nullptr); }), "program: expected a program table, received null");
}

TEST(Program, NamesTheMissingCpuFeature) {
  EXPECT_EQ(wrapError([](auto &manifest) {
              manifest.features = {"sse2", "xop"};
            }),
            "program: was compiled for x86-64; this CPU lacks xop");
  EXPECT_EQ(wrapError([](auto &manifest) { manifest.features = {"warp9"}; }),
            "program: needs the CPU feature 'warp9', which this runtime does not know");
  EXPECT_EQ(wrapError([](auto &manifest) { manifest.features = {"sse2"}; }), "");
}

TEST(Program, RefusesAManifestThatMeansNothing) {
  auto damaged = [](const std::string &text) { return "program: has a damaged manifest: " + text; };
  EXPECT_EQ(wrapError([](auto &m) { m.variables[0]->offset = 60; }),
            damaged("the value of variable 'linear/kernel' lies outside the weights"));
  EXPECT_EQ(wrapError([](auto &m) { m.variables[0]->offset = 2; }),
            damaged("the value of variable 'linear/kernel' lies outside the weights"));
  EXPECT_EQ(wrapError([](auto &m) { m.variables[0]->spec->dims[0]->size = int64_t(1) << 60; }),
            damaged("variable 'linear/kernel' is too large"));
  EXPECT_EQ(wrapError([](auto &m) { m.variables[0]->spec->dims[0]->size = -1; }),
            damaged("variable 'linear/kernel' has a dynamic dimension"));
  EXPECT_EQ(wrapError([](auto &m) { m.variables[1]->spec->name = "linear/kernel"; }),
            damaged("two variables are named 'linear/kernel'"));
  EXPECT_EQ(wrapError([](auto &m) { m.variables[0]->kind = schema::Kind(42); }),
            damaged("variable 'linear/kernel' has an unknown kind"));
  EXPECT_EQ(wrapError([](auto &m) { m.variables[0]->spec->dtype = schema::DType(-3); }),
            damaged("'linear/kernel' has an unknown element type"));
  EXPECT_EQ(wrapError([](auto &m) { m.variables[0]->spec.reset(); }), damaged("a variable has no name"));
  EXPECT_EQ(wrapError([](auto &m) { m.entries[0]->inputs[0]->dims[0]->symbol = 4; }),
            damaged("input 'x' of entry 'predict' has a dimension without size or symbol"));
  EXPECT_EQ(wrapError([](auto &m) { m.entries[0]->symbols.push_back("time"); }),
            damaged("no input of entry 'predict' gives the symbol 'time'"));
  EXPECT_EQ(wrapError([](auto &m) { m.entries[0]->name = "predikt"; }), damaged("entry 'predikt' has no code"));
  EXPECT_EQ(wrapError([](auto &m) { m.entries[1]->name = "predict"; }), damaged("two entries are named 'predict'"));
  EXPECT_EQ(wrapError([](auto &m) { m.entries.erase(m.entries.begin() + 1); }),
            damaged("variable 'linear/doubled' has no value and there is no entry 'prepare' to compute it"));
}

TEST(Program, SurvivesEveryTruncationAndBitFlipOfTheManifest) {
  LinearProgram linear;
  tenon_program_table table = *linear.table();
  for (size_t size = 0; size + 4 < linear.manifest.size(); ++size) { // the last bytes may be padding
    table.manifest_size = size;
    EXPECT_NE(errorOf([&] { Program::wrap(&table); }), "") << size;
  }
  table = *linear.table();
  for (size_t bit = 0; bit < 8 * linear.manifest.size(); ++bit) {
    linear.manifest[bit / 8] ^= uint8_t(1 << bit % 8);
    errorOf([&] { Program::wrap(&table); });
    linear.manifest[bit / 8] ^= uint8_t(1 << bit % 8);
  }
}

TEST(Program, LoadsALibraryByItsOnlyProgramSymbol) {
  Session session(Program::load(kLibrary));
  Array y = session.call("predict", {Array({1, 1, 1}, {1, 3})})[0];
  EXPECT_EQ(y.at(0), 6.5);
}

TEST(Program, RefusesFilesThatAreNoPrograms) {
  test::TemporaryFolder folder;
  std::string missing = folder.file("missing.so"), text = folder.file("text.so"), empty = folder.file("empty.so");
  EXPECT_EQ(errorOf([&] { Program::load(missing); }), missing + ": cannot be opened: No such file or directory");
  EXPECT_EQ(errorOf([&] { Program::load(folder.path.string()); }),
            folder.path.string() + ": is a folder, expected a file");
  test::writeFile(text, "this is no library");
  EXPECT_EQ(errorOf([&] { Program::load(text); }), text + ": is no compiled library (.so)");
  test::writeFile(empty, "");
  EXPECT_EQ(errorOf([&] { Program::load(empty); }), empty + ": is no compiled library (.so)");
  std::string two = std::string(TENON_LIB_DIR) + "/libtwo_programs.so";
  std::string error = errorOf([&] { Program::load(two); });
  EXPECT_TRUE(error == two + ": holds several programs (linear_program, other_program), expected one" ||
              error == two + ": holds several programs (other_program, linear_program), expected one")
      << error;
  std::string runtime = std::string(TENON_LIB_DIR) + "/libtenon-runtime.so";
  EXPECT_EQ(errorOf([&] { Program::load(runtime); }), runtime + ": holds no Tenon program");
}

TEST(Program, RefusesEveryTruncationOfALibrary) {
  test::TemporaryFolder folder;
  std::string bytes = test::readFile(kLibrary), path = folder.file("cut.so");
  ASSERT_GT(bytes.size(), 10'000u);
  for (size_t size = 0; size < bytes.size(); size += size < 5000 ? 61 : 1009) {
    test::writeFile(path, bytes.substr(0, size));
    std::string error = errorOf([&] { Program::load(path); });
    EXPECT_TRUE(error == path + ": is truncated" || error == path + ": is no compiled library (.so)") << error;
  }
  bytes[18] = char(0xF3);
  test::writeFile(path, bytes);
  EXPECT_EQ(errorOf([&] { Program::load(path); }), path + ": was compiled for another kind of machine");
}
