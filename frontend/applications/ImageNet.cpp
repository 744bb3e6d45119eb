// SPDX-License-Identifier: Apache-2.0
#include "frontend/applications/Network.h"
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

namespace tenon::applications {

Array preprocessInput(const Array &images, const std::string &mode) {
  if (mode != "tf" && mode != "caffe" && mode != "torch")
    throw Error("preprocessInput: expected mode \"caffe\", \"tf\" or \"torch\", got \"" + mode + "\"", Fault::Usage);
  int64_t rank = images.rank();
  if (mode != "tf" && (rank < 3 || rank > 4 || images.shape().back() != 3))
    throw Error("preprocessInput: mode \"" + mode +
                    "\" takes images of shape (height, width, 3) or batches of them, got " + toString(images.shape()),
                Fault::Usage);
  Array result = images.dtype() == DType::F32 ? images.clone() : images.astype(DType::F32);
  float *data = result.data<float>();
  if (mode == "tf") {
    for (int64_t i = 0; i < result.size(); ++i)
      data[i] = data[i] / 127.5f - 1.0f;
    return result;
  }
  const float blueFirst[] = {103.939f, 116.779f, 123.68f};
  const float mean[] = {0.485f, 0.456f, 0.406f}, deviation[] = {0.229f, 0.224f, 0.225f};
  for (float *pixel = data; pixel != data + result.size(); pixel += 3) {
    if (mode == "caffe")
      std::swap(pixel[0], pixel[2]);
    for (int channel = 0; channel < 3; ++channel)
      pixel[channel] = mode == "caffe" ? pixel[channel] - blueFirst[channel]
                                       : (pixel[channel] / 255.0f - mean[channel]) / deviation[channel];
  }
  return result;
}

// [WordNet's name, description] of every class.
static std::vector<std::pair<std::string, std::string>> classNames() {
  const std::string file = "imagenet_class_index.json";
  requireKerasFile("decodePredictions", file);
  const std::string path = kerasFile(file);
  std::ifstream in(path, std::ios::binary);
  const nlohmann::json json = nlohmann::json::parse(in, nullptr, false);
  std::vector<std::pair<std::string, std::string>> names;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = std::to_string(i);
    if (!json.is_object() || !json.contains(key) || !json[key].is_array() || json[key].size() != 2 ||
        !json[key][0].is_string() || !json[key][1].is_string())
      throw Error(path + ": expected an object that gives class " + key + " two names");
    names.emplace_back(json[key][0], json[key][1]);
  }
  return names;
}

std::vector<std::vector<Prediction>> decodePredictions(const Array &predictions, int top) {
  if (predictions.rank() != 2 || predictions.shape()[1] != 1000)
    throw Error("decodePredictions: expected predictions of shape (samples, 1000), got " +
                    toString(predictions.shape()),
                Fault::Usage);
  if (top < 1 || top > 1000)
    throw Error("decodePredictions: expected top from 1 to 1000, got " + std::to_string(top), Fault::Usage);
  const auto names = classNames();
  std::vector<std::vector<Prediction>> result;
  for (int64_t row = 0; row < predictions.shape()[0]; ++row) {
    const float *scores = predictions.data<float>() + row * 1000;
    std::vector<int> order(1000);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return scores[a] > scores[b]; });
    std::vector<Prediction> &best = result.emplace_back();
    for (int i = 0; i < top; ++i)
      best.push_back({names[order[i]].first, names[order[i]].second, scores[order[i]]});
  }
  return result;
}

} // namespace tenon::applications
