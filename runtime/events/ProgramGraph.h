// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_EVENTS_PROGRAMGRAPH_H
#define TENON_RUNTIME_EVENTS_PROGRAMGRAPH_H

#include <tenon/events.h>
#include <tenon/program.h>

namespace tenon::events {

/// What a program runs: for every entry its kernels, with the layers they compute, stage by stage. An edge says "after":
/// all kernels of a stage may run side by side, and the next stage waits for them.
std::vector<GraphNode> programGraph(const Program &program);

} // namespace tenon::events
#endif // TENON_RUNTIME_EVENTS_PROGRAMGRAPH_H
