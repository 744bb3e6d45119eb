// SPDX-License-Identifier: Apache-2.0
#include "Contraction.h"
#include "codegen/Codegen.h"
#include "ir/Dialect.h"
#include "mlir/Parser/Parser.h"
#include "passes/Pipelines.h"
#include "runtime/run/Commands.h"
#include <cstdlib>
#include <iostream>
#include <random>
#include <tenon/session.h>

using namespace mlir;

namespace tenon::bench {

static Session compile(const std::string &text) {
  MLIRContext context;
  context.loadDialect<ir::TenonDialect, func::FuncDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, ParserConfig(&context));
  std::string message;
  const char *target = std::getenv("TENON_BENCH_TARGET");
  auto machine = ir::Machine::named(target ? target : "host", message);
  if (!module || failed(machine)) {
    std::cerr << "the benchmark's module or target is wrong " << message << '\n';
    std::exit(3);
  }
  passes::PipelineOptions options;
  options.machine = *machine;
  if (failed(passes::optimize(*module, options)))
    std::exit(3);
  auto compiled = codegen::lower(*module, *machine, {});
  if (failed(compiled))
    std::exit(3);
  std::shared_ptr<const codegen::Compiled> shared = std::move(*compiled);
  auto program = codegen::jit(shared, message);
  if (failed(program)) {
    std::cerr << message << '\n';
    std::exit(3);
  }
  return Session(Program::wrap((*program)->table(), *program), {.threads = 1});
}

void registerContraction(const std::string &name, const std::string &module, int64_t batch, double flops) {
  auto run = [=](benchmark::State &state) {
    Session session = compile(module);
    std::mt19937 random(1);
    std::uniform_real_distribution<float> uniform(-1, 1);
    auto fill = [&](const Array &array) {
      for (int64_t i = 0; i < array.size(); ++i)
        array.data<float>()[i] = uniform(random);
    };
    if (session.hasVariable("w"))
      fill(session.variable("w"));
    session.invalidatePrepared();
    const EntryInfo &entry = session.program().entry("predict");
    std::vector<Array> inputs;
    for (const TensorSpec &input : entry.inputs) {
      Shape shape;
      for (const auto &dim : input.dims)
        shape.push_back(dim.size >= 0 ? dim.size : batch);
      fill(inputs.emplace_back(shape, DType::F32));
    }
    std::vector<Array> outputs = {Array(session.outputShapes("predict", inputs)[0], DType::F32)};
    session.call("predict", inputs, outputs);
    double peak = run::measurePeak();
    for (auto _ : state)
      session.call("predict", inputs, outputs);
    state.counters["GFLOP/s"] = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["peak"] = peak;
  };
  benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMicrosecond)->Repetitions(5);
}

} // namespace tenon::bench
