// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_EVENTS_GRAPH_H
#define TENON_RUNTIME_EVENTS_GRAPH_H

#include <tenon/events.h>

namespace tenon::events {

/// TensorFlow's GraphDef, as bytes.
std::string graphDef(const std::vector<GraphNode> &nodes);

} // namespace tenon::events
#endif // TENON_RUNTIME_EVENTS_GRAPH_H
