// SPDX-License-Identifier: Apache-2.0
// Which data set of an HDF5 file goes to which weight, whatever the file's layout.
#pragma once
#include "frontend/files/Hdf5.h"
#include "frontend/graph/ModelNode.h"

namespace tenon::files {

/// Where values go.
struct WeightTarget {
  std::string path; // of the data set
  graph::Weight *weight;
};

/// "kernel (3, 4)".
std::string describe(const graph::Weight &weight);
/// What is wrong with the data set at `path` for this weight ("expected kernel (3, 4), found ..."); "" if nothing.
std::string faultOf(const Hdf5File &file, const std::string &path, const graph::Weight &weight);

/// Reads the values and marks the weights as written. An Error leaves the weights before it overwritten: for models that
/// are being made.
void readWeights(const std::vector<WeightTarget> &targets, const Hdf5File &file);
/// The same for a model in use: all is read before anything is written, and an Error leaves it as it was.
void replaceWeights(const std::vector<WeightTarget> &targets, const Hdf5File &file);

} // namespace tenon::files
