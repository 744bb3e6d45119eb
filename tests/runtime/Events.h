// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TESTS_RUNTIME_EVENTS_H
#define TENON_TESTS_RUNTIME_EVENTS_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tenon::test {

/// A protobuf message taken apart: its fields in order, numbers as their bits.
struct Field {
  int number = 0;
  uint64_t bits = 0;
  std::string bytes;
};
/// Throws std::runtime_error when the bytes are no message.
std::vector<Field> fieldsOf(const std::string &message);
/// The bytes of the only field of that number; "" when there is none.
std::string bytesOf(const std::string &message, int number);

/// A value of a Summary.
struct EventValue {
  std::string tag, plugin, content;
  int64_t dataClass = 0, dtype = 0;
  std::vector<int64_t> shape;
  std::vector<double> numbers;      // of a tensor of numbers
  std::vector<std::string> strings; // of a tensor of strings
};
struct Event {
  double wallTime = 0;
  int64_t step = 0;
  std::string version, graph;
  std::vector<EventValue> values;
  std::string rest; // everything but the wall time, as it stands in the file
};
/// The records of a file; throws std::runtime_error when a checksum is wrong or the file ends in a record.
std::vector<Event> readEvents(const std::string &path);

/// The files of events under a folder, in the order of their paths.
std::vector<std::string> eventFiles(const std::string &folder);
/// The name of the folder that a file is in.
std::string runOf(const std::string &path);
/// Each run's folder with the events of all its files, one after the other, in the order of names.
std::map<std::string, std::vector<Event>> readRuns(const std::string &folder);

} // namespace tenon::test
#endif // TENON_TESTS_RUNTIME_EVENTS_H
