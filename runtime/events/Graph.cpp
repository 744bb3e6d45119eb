// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/Graph.h"

#include "runtime/events/Protobuf.h"

namespace tenon::events {
namespace {
// Field numbers of node_def.proto, attr_value.proto and tensor_shape.proto.
enum NodeField { Name = 1, Op = 2, Input = 3, Attribute = 5 };
enum ValueField { List = 1, Text = 2 };
enum ListField { Shapes = 7 };

void addAttribute(Message &node, const std::string &name, const Message &value) {
  node.message(Attribute, Message().bytes(1, name).message(2, value));
}

Message shapeOf(const Shape &shape) {
  Message message;
  for (int64_t size : shape)
    message.message(2, Message().integer(1, size));
  return message;
}
} // namespace

std::string graphDef(const std::vector<GraphNode> &nodes) {
  Message graph;
  for (const GraphNode &node : nodes) {
    Message message;
    message.bytes(Name, node.name).bytes(Op, node.op);
    for (const std::string &input : node.inputs)
      message.bytes(Input, input);
    for (auto &[name, text] : node.attributes)
      addAttribute(message, name, Message().bytes(Text, text));
    if (!node.shapes.empty()) { // under this name TensorBoard writes them at the edges
      Message list;
      for (const Shape &shape : node.shapes)
        list.message(Shapes, shapeOf(shape));
      addAttribute(message, "_output_shapes", Message().message(List, list));
    }
    graph.message(1, message);
  }
  return graph.data();
}

} // namespace tenon::events
