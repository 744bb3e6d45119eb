// SPDX-License-Identifier: Apache-2.0
// tenon layers: every layer with its options.
#include "frontend/graph/LayerTable.h"
#include "tools/tenon/Commands.h"

namespace tenon::tools {

void addLayers(CLI::App &app, Action &action) {
  auto name = std::make_shared<std::string>();
  CLI::App *command = app.add_subcommand("layers", "list the layers with their options and defaults");
  command->add_option("NAME", *name, "only this layer");
  command->callback([name, &action] {
    action = [name] {
      std::string known;
      for (const graph::LayerClass &layer : graph::layerTable()) {
        known += (known.empty() ? "" : ", ") + layer.name;
        if (name->empty() || *name == layer.name)
          std::printf("%s\n", layer.signature.c_str());
      }
      if (!name->empty() && !graph::findLayerClass(*name))
        throw Error("no layer is called '" + *name + "', there are " + known, Fault::Usage);
    };
  });
}

} // namespace tenon::tools
