// SPDX-License-Identifier: Apache-2.0
// tenon convert: a model of another format to a .tenon file.
#include "tools/tenon/Commands.h"
#include "tools/tenon/Input.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace tenon::tools {
namespace {

struct Options {
  std::string input, output;
  bool noCompile = false;
};

void run(const Options &options) {
  std::string output = options.output.empty() ? llvm::sys::path::stem(options.input).str() + ".tenon" : options.output;
  if (!hasEnding(output, ".tenon"))
    throw Error("-o: expected a name that ends in .tenon, got '" + output + "'", Fault::Usage);
  if (llvm::sys::fs::equivalent(output, options.input))
    throw Error("convert would overwrite its input '" + options.input + "'; name the result with -o", Fault::Usage);
  loadModel(options.input, {.compile = !options.noCompile}).save(output);
}

} // namespace

void addConvert(CLI::App &app, Action &action) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("convert", "a model (.keras) to a .tenon file");
  command->add_option("MODEL", options->input, "MODEL.keras")->required();
  command->add_option("-o", options->output,
                      "the result, NAME.tenon; beside the caller under the model's name by default");
  command->add_flag("--no-compile", options->noCompile, "leave optimizer, losses and metrics out");
  command->callback([options, &action] { action = [options] { run(*options); }; });
}

} // namespace tenon::tools
