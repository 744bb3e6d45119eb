// SPDX-License-Identifier: Apache-2.0
// tenon inspect: what a model or artifact holds.
#include "frontend/facade/Compiler.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/Input.h"
#include <tenon/program.h>

namespace tenon::tools {
namespace {

struct Options {
  std::string input, ir;
  bool summary = false, train = false;
};

std::string describe(const TensorSpec &spec) {
  std::string dims;
  for (const Dim &dim : spec.dims)
    dims += (dims.empty() ? "" : ", ") + (dim.size >= 0 ? std::to_string(dim.size) : dim.text);
  return spec.name + " (" + dims + ") " + nameOf(spec.dtype);
}

void printProgram(const Program &program) {
  std::printf("model %s, target %s, needs", program.model().c_str(), program.target().c_str());
  for (const std::string &feature : program.features())
    std::printf(" %s", feature.c_str());
  std::printf("\n");
  for (const EntryInfo &entry : program.entries()) {
    std::printf("entry %s: %zu stages\n", entry.name.c_str(), entry.stages.size());
    for (const TensorSpec &input : entry.inputs)
      std::printf("  input  %s\n", describe(input).c_str());
    for (const TensorSpec &output : entry.outputs)
      std::printf("  output %s\n", describe(output).c_str());
    if (!entry.flops.empty())
      std::printf("  flops  %s\n", entry.flops.c_str());
  }
  for (const VariableInfo &variable : program.variables())
    std::printf("variable %s %s%s, %zu bytes%s\n", describe(variable.spec).c_str(), nameOf(variable.kind),
                variable.trainable ? ", trained" : "", variable.bytes, variable.initial ? ", stored" : "");
}

void run(const Options &options) {
  if (hasEnding(options.input, ".so")) {
    if (!options.ir.empty() || options.summary)
      throw Error("inspect: --ir and --summary show models, " + options.input + " is compiled", Fault::Usage);
    printProgram(Program::load(options.input));
    return;
  }
  mlir::MLIRContext context;
  Input input = readInput(options.input, context, options.train);
  if (options.summary || options.ir.empty()) {
    if (!input.model)
      throw Error("inspect: --summary shows models, " + options.input + " is a module; --ir shows it", Fault::Usage);
    input.model->summary();
  }
  if (options.ir == "optimized")
    facade::runDiagnosed(&context, [&] {
      return passes::optimize(*input.module, {.machine = ir::Machine::host(), .training = options.train});
    });
  if (!options.ir.empty())
    writeText("-", printModule(*input.module, /*all=*/false));
}

} // namespace

void addInspect(CLI::App &app, Action &action) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("inspect", "show a model (.tenon, .mlir) or a compiled library (.so)");
  command->add_option("FILE", options->input)->required();
  command->add_option("--ir", options->ir, "print the module at a stage, large constants left out")
      ->check(CLI::IsMember({"emitted", "optimized"}));
  command->add_flag("--train", options->train, "with the training functions");
  command->add_flag("--summary", options->summary, "print the table of layers (the default)");
  command->callback([options, &action] { action = [options] { run(*options); }; });
}

} // namespace tenon::tools
