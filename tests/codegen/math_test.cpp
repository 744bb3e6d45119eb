// SPDX-License-Identifier: Apache-2.0
// exp, log, tanh and sigmoid against f64, in units of the last place, over the whole range of f32; special values.
#include "../ir/OpCases.h"
#include "CompiledModule.h"
#include "mlir/Parser/Parser.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

using namespace mlir;

namespace tenon::tests {
namespace {
struct Function {
  const char *name;
  double (*exact)(double);
  double bound; // ULP
};
const Function functions[] = {{"exp", [](double x) { return std::exp(x); }, 1},
                              {"log", [](double x) { return std::log(x); }, 1},
                              {"tanh", [](double x) { return std::tanh(x); }, 1.5},
                              {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }, 2.5}};

std::vector<float> run(const char *name, const char *target, const std::vector<float> &x) {
  auto context = makeContext();
  std::string text = std::string("func.func @f(%x: tensor<?xf32> {tenon.name = \"x\"}) -> tensor<?xf32> {\n  %y = tenon.") + name +
                     " %x : tensor<?xf32>\n  return %y : tensor<?xf32>\n}\n";
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, ParserConfig(context.get()));
  CompiledModule compiled(*module, target);
  return compiled.session->call("f", {Array(x, {static_cast<int64_t>(x.size())})})[0].toVector<float>();
}

class MathTest : public testing::TestWithParam<std::tuple<Function, const char *>> {};
} // namespace

static void PrintTo(const Function &f, std::ostream *os) { *os << f.name; }

TEST_P(MathTest, isWithinItsBound) {
  auto [function, target] = GetParam();
  std::vector<float> x;
  for (uint32_t bits = 0x00800000u; bits < 0x7f800000u; bits += 9973) { // every 9973rd normal float, both signs
    float value;
    std::memcpy(&value, &bits, 4);
    x.push_back(value);
    x.push_back(-value);
  }
  for (int i = -120000; i <= 120000; ++i) // and densely where the functions are not flat
    x.push_back(static_cast<float>(i) * 1e-3f);
  std::vector<float> y = run(function.name, target, x);
  double worst = 0;
  float at = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    double exact = function.exact(x[i]);
    if (std::isnan(exact)) {
      EXPECT_TRUE(std::isnan(y[i])) << function.name << "(" << x[i] << ") is " << y[i];
      continue;
    }
    auto rounded = static_cast<float>(exact);
    if (y[i] == rounded || std::abs(exact) < 1.5e-38) // denormal results are flushed in a session
      continue;
    double ulp = std::isinf(rounded) ? std::ldexp(1.0, 104) : std::nextafter(std::abs(rounded), INFINITY) - std::abs(rounded);
    double error = std::abs(y[i] - exact) / ulp;
    if (!(error <= worst)) {
      worst = error;
      at = x[i];
    }
  }
  EXPECT_LE(worst, function.bound) << function.name << " at " << at;
  RecordProperty("ulp", std::to_string(worst));
  std::printf("%s on %s: %.3f ULP at %g\n", function.name, target, worst, at);
}
INSTANTIATE_TEST_SUITE_P(all, MathTest, testing::Combine(testing::ValuesIn(functions), testing::Values("host", "x86-64-v3", "x86-64-v2")));

TEST(MathTest, specialValues) {
  const float inf = INFINITY, nan = NAN;
  std::vector<float> x = {0.0f, -0.0f, inf, -inf, nan, 1.0f};
  auto expect = [&](const char *name, std::vector<float> wanted) {
    std::vector<float> y = run(name, "host", x);
    for (size_t i = 0; i < x.size(); ++i)
      EXPECT_TRUE(std::isnan(wanted[i]) ? std::isnan(y[i]) : y[i] == wanted[i]) << name << "(" << x[i] << ") is " << y[i];
  };
  expect("exp", {1, 1, inf, 0, nan, std::exp(1.0f)});
  expect("log", {-inf, -inf, inf, nan, nan, 0});
  expect("tanh", {0, 0, 1, -1, nan, std::tanh(1.0f)});
  expect("sigmoid", {0.5f, 0.5f, 1, 0, nan, 1 / (1 + std::exp(-1.0f))});
  expect("relu", {0, 0, inf, 0, nan, 1});
}

} // namespace tenon::tests
