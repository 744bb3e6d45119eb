// SPDX-License-Identifier: Apache-2.0
// tenon compile: a model or module to artifacts.
#include "frontend/facade/AheadOfTime.h"
#include "frontend/facade/Compiler.h"
#include "runtime/File.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/Explain.h"
#include "tools/tenon/Input.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <chrono>

namespace tenon::tools {
namespace {

struct Options {
  std::string input, output, target = "host", tag, explain;
  std::vector<std::string> emit = {"library"}, disabled;
  bool train = false, stats = false;
  int64_t batch = passes::PipelineOptions().batch;
  Changes changes;
};

struct Kind {
  const char *name, *ending;
  std::optional<codegen::ArtifactKind> artifact;
};
const Kind kinds[] = {{"exe", "", codegen::ArtifactKind::Executable},
                      {"library", ".so", codegen::ArtifactKind::Library},
                      {"object", ".o", codegen::ArtifactKind::Object},
                      {"header", ".h", codegen::ArtifactKind::Header},
                      {"ir", ".mlir", std::nullopt},
                      {"llvm", ".ll", std::nullopt},
                      {"asm", ".s", std::nullopt}};
// Texts are made of the optimised module; artifacts need the values too.
bool isText(const std::string &name) { return name == "ir" || name == "llvm" || name == "asm"; }

void checkTag(const std::string &tag) {
  bool good = !tag.empty() && tag != "tenon" && !std::isdigit(static_cast<unsigned char>(tag[0]));
  for (char c : tag)
    good &= std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  if (!good)
    throw Error("--tag: expected a C name other than tenon, got '" + tag + "'", Fault::Usage);
}

const Kind &kindOf(const std::string &name) {
  return *std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind &kind) { return name == kind.name; });
}

void checkOutputs(const Options &options, const std::string &output) {
  for (const std::string &name : options.emit)
    if (llvm::sys::fs::equivalent(output + kindOf(name).ending, options.input))
      throw Error("--emit=" + name + " would overwrite the input '" + options.input + "'; name the results with -o",
                  Fault::Usage);
}

void printStats(const codegen::Compiled &compiled, double seconds) {
  size_t code = 0;
  for (const codegen::Object &object : compiled.objects)
    code += object.bytes.size();
  std::printf("target %s, %zu kernels, %zu bytes of objects, %zu bytes of weights, compiled in %.0f ms\n",
              compiled.machine.name.c_str(), compiled.objects.size() - 1, code, compiled.weights.size(), seconds * 1e3);
}

void writeTexts(mlir::ModuleOp optimized, mlir::MLIRContext &context, const ir::Machine &machine,
                const Options &options, const std::string &output) {
  for (const std::string &name : options.emit) {
    if (name == "ir")
      writeFile(output + ".mlir", printModule(optimized, /*all=*/true));
    if (name != "llvm" && name != "asm")
      continue;
    auto kind = name == "llvm" ? codegen::TextKind::Llvm : codegen::TextKind::Assembly;
    std::string text;
    facade::runDiagnosed(&context, [&]() -> mlir::LogicalResult {
      auto lowered = codegen::lowerToText(optimized, machine, {.tag = options.tag}, kind);
      if (mlir::failed(lowered))
        return mlir::failure();
      text = std::move(*lowered);
      return mlir::success();
    });
    writeFile(output + (name == "llvm" ? ".ll" : ".s"), text);
  }
}

// The model's name as a C name: digits_program, digits_predict.
std::string tagOf(const std::string &name) {
  std::string tag;
  for (char c : name)
    tag += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  // A name of its own also for a model called "tenon" or "2d": the ABI's types begin with tenon_.
  return tag.empty() || tag == "tenon" || std::isdigit(static_cast<unsigned char>(tag[0])) ? "model_" + tag : tag;
}

void run(Options options) {
  if (!options.changes.freeze.empty() && !options.train)
    throw Error("--freeze: only training changes layers; it goes with --train", Fault::Usage);
  if (!options.tag.empty())
    checkTag(options.tag);
  std::string message;
  auto machine = ir::Machine::named(options.target, message);
  if (mlir::failed(machine))
    throw Error("--target: " + message, Fault::Usage);
  std::string output = options.output.empty() ? llvm::sys::path::stem(options.input).str() : options.output;
  checkOutputs(options, output);
  mlir::MLIRContext context;
  Input input = readInput(options.input, context, options.train, options.changes);
  if (options.tag.empty())
    options.tag = tagOf(input.name);

  auto start = std::chrono::steady_clock::now();
  if (std::any_of(options.emit.begin(), options.emit.end(), isText)) {
    mlir::OwningOpRef<mlir::ModuleOp> copy = input.module->clone();
    facade::runDiagnosed(&context,
                         [&] { return passes::optimize(*copy, {.machine = *machine, .training = options.train, .batch = options.batch, .disabled = options.disabled}); });
    writeTexts(*copy, context, *machine, options, output);
  }
  if (std::all_of(options.emit.begin(), options.emit.end(), isText) && options.explain.empty() && !options.stats)
    return;
  std::vector<ModelLayer> layers = layersOf(input); // compiling changes the module
  auto compiled = facade::compileAhead(
      *input.module, input.values,
      {.machine = *machine, .training = options.train, .batch = options.batch, .disabledPasses = options.disabled, .modelName = input.name, .tag = options.tag});
  for (const std::string &name : options.emit) {
    const Kind &kind = kindOf(name);
    if (kind.artifact && !codegen::emitArtifact(*compiled, *kind.artifact, output + kind.ending,
                                                {.runnerPath = facade::runnerPath()}, message))
      throw Error(message);
  }
  if (!options.explain.empty()) {
    std::vector<EntryReport> entries = report(compiled->explanation, layers, options.disabled);
    std::fputs((options.explain == "json" ? asJson : asText)(entries).c_str(), stdout);
  }
  if (options.stats)
    printStats(*compiled, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

} // namespace

void addCompile(CLI::App &app, Action &action) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("compile", "a model to an executable, library, object or header");
  command->add_option("MODEL", options->input, "MODEL.tenon, MODEL.keras or x.mlir")->required();
  command->add_option("-o", options->output, "name of the results without ending; the model's by default");
  std::vector<std::string> names;
  for (const Kind &kind : kinds)
    names.push_back(kind.name);
  command
      ->add_option("--emit", options->emit,
                   "what to write, separated by commas: NAME, NAME.so, NAME.o, NAME.h, NAME.mlir, NAME.ll, NAME.s")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  command->add_option("--batch", options->batch, "samples that a call of the training step is made fast for; it takes any number")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--train", options->train,
                    "the training step too (the model must have been saved after compile())");
  command
      ->add_option("--freeze", options->changes.freeze,
                   "with --train: layers that training leaves as they are, separated by commas; INNER/LAYER for one of an inner model")
      ->delimiter(',');
  command->add_option("--weights", options->changes.weights,
                      "a file of weights (.weights.h5, .h5, .npz) that take the place of the model's");
  command->add_option("--target", options->target, "host, x86-64-v3, x86-64-v4, aarch64 or a processor's name");
  command->add_option("--tag", options->tag, "prefix of the exported names; by default the model's name");
  command
      ->add_option("--disable-pass", options->disabled, "passes to leave out, separated by commas, to see what they are worth; --explain tells what each does")
      ->delimiter(',')
      ->check(CLI::IsMember(passes::optionalPasses().vec()));
  command->add_flag_callback(
      "--exact", [options] { llvm::append_range(options->disabled, passes::roundingPasses()); },
      "leave out the passes that change how values are rounded: " + llvm::join(passes::roundingPasses(), ", "));
  // A flag, so that it never takes the model's name for its value.
  command
      ->add_flag("--explain{text}", options->explain,
                 "print what became of every layer: the kernel it ended in, its schedule and predicted time, what passes did to it (+) "
                 "or why not (-), and sums; as text, or --explain=json")
      ->check(CLI::IsMember({"text", "json"}));
  command->add_flag("--stats", options->stats, "print sizes and time");
  command->callback([options, &action] { action = [options] { run(*options); }; });
}

} // namespace tenon::tools
