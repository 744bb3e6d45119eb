// SPDX-License-Identifier: Apache-2.0
#include "runtime/run/Commands.h"
#include "tests/runtime/Helpers.h"

#include <tenon/npy.h>

#include <gmock/gmock.h>

#include <cmath>
#include <sys/wait.h>

using namespace tenon;
using test::errorOf;
using testing::HasSubstr;
using testing::StartsWith;

namespace {
const std::string kTool = TENON_BIN_DIR "/tenon-run", kLibrary = TENON_LIB_DIR "/liblinear_program.so",
                  kLinked = TENON_BIN_DIR "/linear_linked", kPrelinked = TENON_BIN_DIR "/linear_prelinked";

struct RunTest : testing::Test {
  test::TemporaryFolder folder;
  std::string x = folder.file("x.npy"), y = folder.file("y.npy"), out, error;
  int code = 0;

  void SetUp() override { npy::save(x, Array({1, 1, 1, 0, 0, 1}, {2, 3})); }
  void run(const std::string &command) {
    int status = std::system(("( " + command + " ) >" + folder.file("out") + " 2>" + folder.file("error")).c_str());
    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    out = test::readFile(folder.file("out"));
    error = test::readFile(folder.file("error"));
    EXPECT_LE(std::count(error.begin(), error.end(), '\n'), 1) << error;
  }
  /// Runs with bad arguments: the code and the one line of error, without the program's name.
  std::string failure(const std::string &arguments, int expected) {
    run(kTool + " " + arguments);
    EXPECT_EQ(code, expected) << arguments;
    EXPECT_THAT(error, StartsWith("tenon-run: "));
    return error.size() > 12 ? error.substr(11, error.size() - 12) : error;
  }
};
} // namespace

TEST_F(RunTest, PrintsOutputs) {
  run(kTool + " run " + kLibrary + " --input x=" + x);
  EXPECT_EQ(code, 0) << error;
  EXPECT_EQ(out, "y: float32 (2, 1)\n  6.5\n  3.5\n");
}

TEST_F(RunTest, WritesAndComparesOutputs) {
  run(kTool + " run " + kLibrary + " --input " + x + " --output y=" + y + " --threads 2");
  EXPECT_EQ(code, 0) << error;
  EXPECT_EQ(out, "");
  EXPECT_EQ(npy::load(y).toVector<float>(), (std::vector<float>{6.5f, 3.5f}));
  run(kTool + " run " + kLibrary + " --input=" + x + " --expected " + y + " --rtol 0 --atol 0");
  EXPECT_EQ(code, 0) << error;
  EXPECT_EQ(out, "y: all 2 elements as expected, greatest difference 0\n");
  npy::save(y, Array({6.5f, 4.5f}, {2, 1}));
  EXPECT_EQ(failure("run " + kLibrary + " --input " + x + " --expected " + y, 1),
            "output 'y': 1 of 2 elements differ; the worst is at (1, 0): received 3.5, expected 4.5");
  run(kTool + " run " + kLibrary + " --input " + x + " --expected " + y + " --atol 1");
  EXPECT_EQ(code, 0) << error;
}

TEST_F(RunTest, ReadsAndWritesPipes) {
  run("cat " + x + " | " + kTool + " run " + kLibrary + " --input - --output - | cat > " + y);
  EXPECT_EQ(code, 0) << error;
  EXPECT_EQ(npy::load(y).toVector<float>(), (std::vector<float>{6.5f, 3.5f}));
}

TEST_F(RunTest, EveryMistakeIsOneLineAndACode) {
  EXPECT_EQ(failure("", 2), "expected a command: run, bench, --help or --version");
  EXPECT_EQ(failure("fly", 2), "there is no command 'fly'; expected run or bench");
  EXPECT_EQ(failure("run", 2), "run: expected a compiled library (NAME.so)");
  EXPECT_EQ(failure("run " + kLibrary + " --colour red", 2), "run has no option --colour; --help lists them");
  EXPECT_EQ(failure("run " + kLibrary + " --batch 3", 2), "run has no option --batch; --help lists them");
  EXPECT_EQ(failure("run " + kLibrary + " --input", 2), "--input needs a value");
  EXPECT_EQ(failure("run " + kLibrary + " --threads 0", 2),
            "--threads: expected a whole number of at least 1, received '0'");
  EXPECT_EQ(failure("run " + kLibrary + " --rtol much", 2), "--rtol: expected a number of at least 0, received 'much'");
  EXPECT_EQ(failure("run " + kLibrary + " extra", 2), "unexpected argument 'extra'");
  EXPECT_EQ(failure("run " + kLibrary, 2), "input 'x' is missing: give --input x=FILE.npy");
  EXPECT_EQ(failure("run " + kLibrary + " --input image=" + x, 2), "--input: there is no 'image'; the program has x");
  EXPECT_EQ(failure("run " + kLibrary + " --input " + x + " --input " + x, 2),
            "--input " + x + " is one too many; the program has x");
  EXPECT_EQ(failure("run " + kLibrary + " --input x=" + x + " --input x=" + x, 2), "--input: 'x' is given twice");
  EXPECT_EQ(failure("run /no/such.so --input " + x, 1), "/no/such.so: cannot be opened: No such file or directory");
  EXPECT_EQ(failure("run " + x + " --input " + x, 1), x + ": is no compiled library (.so)");
  EXPECT_EQ(failure("run " + kLibrary + " --input /no/such.npy", 1),
            "/no/such.npy: cannot be opened: No such file or directory");
  EXPECT_EQ(failure("run " + kLibrary + " --input " + x + " --output /no/such/y.npy", 1),
            "/no/such/y.npy: cannot be created: No such file or directory");
  npy::save(y, Array({1, 2, 3, 4}, {1, 4}));
  EXPECT_EQ(failure("run " + kLibrary + " --input " + y, 1),
            "entry 'predict': input 'x' expects shape (?, 3), received (1, 4)");
  npy::save(y, Array(std::vector<int32_t>{1, 2, 3}, {1, 3}));
  EXPECT_EQ(failure("run " + kLibrary + " --input " + y, 1), y + ": holds int32, but input 'x' takes float32");
  std::string bytes = test::readFile(x);
  test::writeFile(y, bytes.substr(0, bytes.size() - 4));
  EXPECT_EQ(failure("run " + kLibrary + " --input " + y, 1), y + ": shape (2, 3) needs 24 bytes, the file has 20");
  EXPECT_EQ(failure("bench " + kLibrary + " --entry fly", 2),
            "program 'linear' has no entry 'fly'; it has predict, prepare, train_step, evaluate_step, reset_metrics, "
            "read_metrics");
  EXPECT_EQ(failure("bench " + kLibrary + " --dim time=100", 2), "--dim: entry 'predict' has no dimension 'time'");
  EXPECT_EQ(failure("bench " + kLibrary + " --dim time", 2), "--dim: expected NAME=SIZE, received 'time'");
  EXPECT_EQ(failure("bench " + kLibrary + " --batch x", 2),
            "--batch: expected a whole number of at least 1, received 'x'");
}

TEST_F(RunTest, HelpAndVersionGoToStandardOutput) {
  run(kTool + " --help");
  EXPECT_EQ(code, 0);
  EXPECT_THAT(out, HasSubstr("--expected"));
  run(kTool + " --version");
  EXPECT_EQ(code, 0);
  EXPECT_THAT(out, StartsWith("tenon-run 0."));
}

TEST_F(RunTest, AFullStandardOutputIsAnError) {
  run("bash -c '" + kTool + " --help > /dev/full'");
  EXPECT_EQ(code, 1);
  EXPECT_EQ(error, "tenon-run: standard output cannot be written\n");
}

TEST_F(RunTest, BenchPrintsTimesAndWritesJson) {
  run(kTool + " bench " + kLibrary + " --batch 5 --threads 1 --json " + y);
  EXPECT_EQ(code, 0) << error;
  EXPECT_THAT(out, StartsWith("linear predict, batch 5, threads 1: min "));
  EXPECT_THAT(out, HasSubstr("GFLOP/s at the median"));
  std::string json = test::readFile(y);
  for (auto key : {"\"min_ms\": ", "\"median_ms\": ", "\"p99_ms\": ", "\"gflops\": ", "\"threads\": 1", "\"batch\": 5"})
    EXPECT_THAT(json, HasSubstr(key));
  double least = std::stod(json.substr(json.find("min_ms") + 9)),
         median = std::stod(json.substr(json.find("median_ms") + 12));
  EXPECT_GT(least, 0);
  EXPECT_LE(least, median);
}

TEST_F(RunTest, ExecutablesTakeTheSameOptions) {
  for (auto &executable : {kLinked, kPrelinked}) {
    run(executable + " --input " + x);
    EXPECT_EQ(code, 0) << error;
    EXPECT_EQ(out, "y: float32 (2, 1)\n  6.5\n  3.5\n");
    run(executable + " bench --batch 2");
    EXPECT_EQ(code, 0) << error;
    run(executable + " --input " + x + " --colour red");
    EXPECT_EQ(code, 2);
    EXPECT_THAT(error, HasSubstr(": run has no option --colour; --help lists them\n"));
    run(executable + " " + x);
    EXPECT_EQ(code, 2);
    EXPECT_THAT(error, HasSubstr(": unexpected argument '"));
    run(executable + " --input /no/such.npy");
    EXPECT_EQ(code, 1);
  }
}

TEST_F(RunTest, ExecutablesAreSmallAndNeedTheCLibraryOnly) {
  for (auto &executable : {kLinked, kPrelinked}) {
    EXPECT_LT(std::filesystem::file_size(executable), 300'000u) << executable;
    run("ldd " + executable + " | grep -v -e 'libc\\.so' -e 'libm\\.so' -e linux-vdso -e ld-linux");
    EXPECT_EQ(out, "") << executable;
  }
}

TEST_F(RunTest, TheRuntimeKnowsNoCompiler) {
  run("ldd " TENON_LIB_DIR "/libtenon-runtime.so");
  EXPECT_THAT(out, HasSubstr("libc.so"));
  EXPECT_EQ(out.find("LLVM"), std::string::npos) << out;
  EXPECT_EQ(out.find("MLIR"), std::string::npos) << out;
  run("nm -D -C " TENON_LIB_DIR "/libtenon-runtime.so | grep -i -c -e mlir -e llvm");
  EXPECT_EQ(out, "0\n");
}

TEST(Compare, FindsTheWorstElementAndNaN) {
  Array a({1, 2, 3, 4}, {2, 2}), b({1, 2.5f, 3, 3}, {2, 2});
  EXPECT_EQ(errorOf([&] { run::compare("y", a, b, 0, 0); }),
            "output 'y': 2 of 4 elements differ; the worst is at (1, 1): received 4, expected 3");
  EXPECT_EQ(run::compare("y", a, b, 0, 1), 1);
  EXPECT_EQ(run::compare("y", Array{NAN, INFINITY}, Array{NAN, INFINITY}, 0, 0), 0);
  EXPECT_EQ(errorOf([&] {
              run::compare("y", Array{NAN, 1}, Array{1, 1}, 9, 9);
            }),
            "output 'y': 1 of 2 elements differ; the worst is at (0,): received nan, expected 1");
  EXPECT_NE(errorOf([&] { run::compare("y", Array{INFINITY}, Array{1}, 9, 9); }), "");
  EXPECT_EQ(errorOf([&] { run::compare("y", a, Array{1}, 0, 0); }), "output 'y' has shape (2, 2), expected (1,)");
}

TEST(Expression, ReadsSumsAndProductsOfSymbols) {
  std::map<std::string, int64_t> symbols{{"batch", 4}, {"x_d1", 10}};
  EXPECT_EQ(run::evaluateExpression("12", symbols), 12);
  EXPECT_EQ(run::evaluateExpression("batch * (2 * 3 + 1)", symbols), 28);
  EXPECT_EQ(run::evaluateExpression("(x_d1 + 1) floordiv 2 - x_d1 mod 4 + x_d1 ceildiv 4", symbols), 5 - 2 + 3);
  EXPECT_EQ(run::evaluateExpression("-batch * -2", symbols), 8);
  EXPECT_EQ(run::evaluateExpression("(x_d1 - 3) / 2 + 1", symbols), 4);
  for (auto text : {"", "time", "2 +", "(2", "2)", "2 2", "x_d1 @ 2", "*"})
    EXPECT_EQ(run::evaluateExpression(text, symbols), std::nullopt) << text;
  EXPECT_EQ(run::evaluateExpression(std::string(100'000, '('), symbols), std::nullopt);
}
