// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_EVENTS_H
#define TENON_EVENTS_H

#include <tenon/array.h>

#include <string>
#include <utility>
#include <vector>

namespace tenon {

/// What TensorBoard is to show of one step: values by tag.
class Summary {
public:
  void scalar(const std::string &tag, double value);
  /// How the numbers of an array of any shape are spread, in 30 buckets; NaN and infinities are left out.
  void histogram(const std::string &tag, const Array &values);
  /// Pictures of shape (count, height, width, 1, 3 or 4), of which the first three are kept. The largest number is white;
  /// where there are negative ones 0 is the middle, and the number farthest from it black or white. An Error for another
  /// shape.
  void images(const std::string &tag, const Array &pictures);
  /// Shown as Markdown.
  void text(const std::string &tag, const std::string &markdown);
  /// A model's layers as Keras's JSON, for the page of graphs ("conceptual graph").
  void model(const std::string &tag, const std::string &json);
  /// A plugin's own data, without a value beside it.
  void data(const std::string &tag, const std::string &plugin, const std::string &content);

  bool empty() const { return values_.empty(); }
  /// The values as a protobuf Summary.
  const std::string &bytes() const { return values_; }

private:
  std::string values_;
};

/// A node of a graph on TensorBoard's page of graphs. Slashes in the name make boxes that open.
struct GraphNode {
  std::string name, op;
  std::vector<std::string> inputs = {};                             ///< names of nodes
  std::vector<std::pair<std::string, std::string>> attributes = {}; ///< name and text
  std::vector<Shape> shapes = {};                                   ///< of the outputs; -1 where it is not known
};

/// A file of events that TensorBoard reads, while it grows too: every event is written at once and whole. It is made,
/// with its folder, when the first one is written. Errors name the file.
class EventFile {
public:
  explicit EventFile(std::string path) : path_(std::move(path)) {}
  /// Goes on in a file as it was when it had `size` bytes: what was written since is cut off, a record that a killed
  /// process left unfinished too; with 0 the file is removed. An Error when it is shorter.
  EventFile(std::string path, int64_t size);
  ~EventFile();
  EventFile(const EventFile &) = delete;

  /// A path in `folder` that no other file of events has: events.out.tfevents.<time>.<host>.<process>.<number>.v2
  static std::string pathIn(const std::string &folder);

  void write(int64_t step, const Summary &summary);
  /// The run's graph.
  void write(const std::vector<GraphNode> &graph);

  const std::string &path() const { return path_; }
  int64_t size() const { return size_; } ///< bytes written
  /// Waits until all of them are on the disk.
  void sync() const;

private:
  void open();
  void append(const std::string &event);
  std::string path_;
  int descriptor_ = -1;
  int64_t size_ = 0;
};

} // namespace tenon
#endif // TENON_EVENTS_H
