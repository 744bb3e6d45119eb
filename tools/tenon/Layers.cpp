// SPDX-License-Identifier: Apache-2.0
// tenon layers: every layer with its arguments; tenon layers NAME: one layer's, explained.
#include "frontend/graph/LayerTable.h"
#include "tools/tenon/Commands.h"

namespace tenon::tools {

// The signature as Python's `Layer?` shows it, an argument a line with its meaning, and how C++ says it.
static void describe(const graph::LayerClass &layer) {
  std::printf("%s(\n", layer.name.c_str());
  for (const graph::LayerArgument &argument : layer.arguments) {
    std::string text = argument.name + (argument.kerasDefault.empty() ? "" : "=" + argument.kerasDefault) + ",";
    std::string meaning = graph::argumentMeaning(argument.name) + (argument.fixed ? " (only this value)" : "");
    std::printf("    %-42s # %s\n", text.c_str(), meaning.c_str());
  }
  std::printf(")\n\nIn C++: %s\n", graph::cppSignature(layer).c_str());
}

void addLayers(CLI::App &app, Action &action) {
  auto name = std::make_shared<std::string>();
  CLI::App *command = app.add_subcommand("layers", "list the layers with their options and defaults");
  command->add_option("NAME", *name, "only this layer");
  command->callback([name, &action] {
    action = [name] {
      std::string known;
      for (const graph::LayerClass &layer : graph::layerTable()) {
        known += (known.empty() ? "" : ", ") + layer.name;
        if (name->empty())
          std::printf("%s\n", graph::kerasSignature(layer).c_str());
      }
      if (name->empty())
        return;
      const graph::LayerClass *layer = graph::findLayerClass(*name);
      if (!layer)
        throw Error("no layer is called '" + *name + "', there are " + known, Fault::Usage);
      describe(*layer);
    };
  });
}

} // namespace tenon::tools
