// SPDX-License-Identifier: Apache-2.0
// tenon inspect: what a model or artifact holds.
#include "frontend/facade/Compiler.h"
#include "frontend/graph/picture/Diagrams.h"
#include "runtime/File.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/Input.h"
#include <tenon/program.h>

namespace tenon::tools {
namespace {

struct Options {
  std::string input, ir, graph, output = "-";
  bool summary = false, train = false, expandNested = false;
};

std::string describe(const TensorSpec &spec) {
  std::string dims;
  for (const Dim &dim : spec.dims)
    dims += (dims.empty() ? "" : ", ") + (dim.size >= 0 ? std::to_string(dim.size) : dim.text);
  return spec.name + " (" + dims + ") " + nameOf(spec.dtype);
}

void optimize(const Options &options, Input &input, mlir::MLIRContext &context) {
  facade::runDiagnosed(&context, [&] {
    return passes::optimize(*input.module, {.machine = ir::Machine::host(), .training = options.train});
  });
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

std::string drawn(const std::string &format, const std::string &title, const std::vector<picture::Diagram> &diagrams) {
  return format == "html"  ? picture::toHtml(title, diagrams)
         : format == "dot" ? picture::toDot(diagrams[0])
                           : picture::toSvg(diagrams[0]);
}

/// The layers as the user described them, the kernels with --ir=optimized, both on a page.
void draw(const Options &options, Input &input, mlir::MLIRContext &context) {
  bool kernels = options.ir == "optimized" || options.graph == "html" || !input.model;
  std::vector<picture::Diagram> diagrams;
  if (input.model && options.ir != "optimized")
    diagrams.push_back(picture::ofLayers(input.model->model(), options.expandNested));
  if (kernels) {
    optimize(options, input, context);
    diagrams.push_back(picture::ofKernels(*input.module, options.train ? "train_step" : "predict"));
  }
  writeFile(options.output, drawn(options.graph, input.name, diagrams));
}

void run(const Options &options) {
  if (hasEnding(options.input, ".so")) {
    if (!options.ir.empty() || options.summary || !options.graph.empty())
      throw Error("inspect: --ir, --graph and --summary show models, " + options.input + " is compiled", Fault::Usage);
    printProgram(Program::load(options.input));
    return;
  }
  mlir::MLIRContext context;
  Input input = readInput(options.input, context, options.train);
  if (!options.graph.empty())
    return draw(options, input, context);
  if (options.summary || options.ir.empty()) {
    if (!input.model)
      throw Error("inspect: --summary shows models, " + options.input + " is a module; --ir shows it", Fault::Usage);
    input.model->summary();
  }
  if (options.ir == "optimized")
    optimize(options, input, context);
  if (!options.ir.empty())
    writeFile(options.output, printModule(*input.module, /*all=*/false));
}

} // namespace

void addInspect(CLI::App &app, Action &action) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("inspect", "show a model (.tenon, .keras, .mlir) or a compiled library (.so)");
  command->add_option("FILE", options->input)->required();
  command->add_option("--ir", options->ir, "print the module at a stage, large constants left out")
      ->check(CLI::IsMember({"emitted", "optimized"}));
  command
      ->add_option("--graph", options->graph,
                   "draw the layers; the kernels they become with --ir=optimized; html has both side by side")
      ->check(CLI::IsMember({"svg", "dot", "html"}));
  command->add_flag("--expand-nested", options->expandNested, "draw the layers inside nested models");
  command->add_option("-o", options->output, "where the text or picture goes; - is stdout, the default");
  command->add_flag("--train", options->train, "with the training functions");
  command->add_flag("--summary", options->summary, "print the table of layers (the default)");
  command->callback([options, &action] { action = [options] { run(*options); }; });
}

} // namespace tenon::tools
