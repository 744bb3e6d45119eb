// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Events.h"
#include "tests/runtime/Helpers.h"

#include "runtime/events/Record.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace tenon::test {
namespace {
template <typename T> T take(const std::string &bytes, size_t &at) {
  if (at + sizeof(T) > bytes.size())
    throw std::runtime_error("ends in a number at " + std::to_string(at));
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  at += sizeof value;
  return value;
}

uint64_t takeVarint(const std::string &bytes, size_t &at) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    auto byte = take<uint8_t>(bytes, at);
    value |= uint64_t(byte & 127) << shift;
    if (byte < 128)
      return value;
  }
  throw std::runtime_error("a number does not end");
}

std::string takeBytes(const std::string &bytes, size_t &at, uint64_t size) {
  if (size > bytes.size() - at)
    throw std::runtime_error("ends in a field at " + std::to_string(at));
  at += size;
  return bytes.substr(at - size, size);
}

template <typename T> std::vector<double> numbersIn(const std::string &bytes) {
  std::vector<double> numbers;
  for (size_t at = 0; at < bytes.size();)
    numbers.push_back(double(take<T>(bytes, at)));
  return numbers;
}

EventValue valueOf(const std::string &message) {
  EventValue value;
  value.tag = bytesOf(message, 1);
  const std::string metadata = bytesOf(message, 9), plugin = bytesOf(metadata, 1);
  value.plugin = bytesOf(plugin, 1);
  value.content = bytesOf(plugin, 2);
  for (const Field &field : fieldsOf(metadata))
    if (field.number == 4)
      value.dataClass = int64_t(field.bits);
  for (const Field &field : fieldsOf(bytesOf(message, 8))) {
    if (field.number == 1)
      value.dtype = int64_t(field.bits);
    else if (field.number == 2)
      for (const Field &dimension : fieldsOf(field.bytes)) {
        const std::vector<Field> size = fieldsOf(dimension.bytes); // of a dimension of 0 it may be left out
        value.shape.push_back(size.empty() ? 0 : int64_t(size[0].bits));
      }
    else if (field.number == 4)
      value.numbers = numbersIn<double>(field.bytes);
    else if (field.number == 5)
      value.numbers = numbersIn<float>(field.bytes);
    else if (field.number == 8)
      value.strings.push_back(field.bytes);
  }
  return value;
}
} // namespace

std::vector<Field> fieldsOf(const std::string &message) {
  std::vector<Field> fields;
  for (size_t at = 0; at < message.size();) {
    uint64_t key = takeVarint(message, at);
    Field field{int(key >> 3), 0, ""};
    switch (key & 7) {
    case 0: field.bits = takeVarint(message, at); break;
    case 1: field.bits = take<uint64_t>(message, at); break;
    case 2: field.bytes = takeBytes(message, at, takeVarint(message, at)); break;
    default: throw std::runtime_error("holds a field of kind " + std::to_string(key & 7));
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

std::string bytesOf(const std::string &message, int number) {
  for (Field &field : fieldsOf(message))
    if (field.number == number)
      return field.bytes;
  return "";
}

std::vector<Event> readEvents(const std::string &path) {
  const std::string file = readFile(path);
  std::vector<Event> events;
  for (size_t at = 0; at < file.size();) {
    const std::string length = file.substr(at, 8);
    auto size = take<uint64_t>(file, at);
    if (take<uint32_t>(file, at) != events::maskedCrc(length))
      throw std::runtime_error(path + ": a length's checksum is wrong");
    const std::string data = takeBytes(file, at, size);
    if (take<uint32_t>(file, at) != events::maskedCrc(data))
      throw std::runtime_error(path + ": a record's checksum is wrong");
    Event event;
    for (const Field &field : fieldsOf(data)) {
      if (field.number == 1)
        std::memcpy(&event.wallTime, &field.bits, sizeof event.wallTime);
      else
        event.rest += std::to_string(field.number) + ":" + std::to_string(field.bits) + ":" + field.bytes + "\n";
      if (field.number == 2)
        event.step = int64_t(field.bits);
      else if (field.number == 3)
        event.version = field.bytes;
      else if (field.number == 4)
        event.graph = field.bytes;
      else if (field.number == 5)
        for (const Field &value : fieldsOf(field.bytes))
          event.values.push_back(valueOf(value.bytes));
    }
    events.push_back(std::move(event));
  }
  return events;
}

std::vector<std::string> eventFiles(const std::string &folder) {
  std::vector<std::string> paths;
  for (auto &entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().filename().string().find("tfevents") != std::string::npos)
      paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string runOf(const std::string &path) {
  return std::filesystem::path(path).parent_path().filename().string();
}

std::map<std::string, std::vector<Event>> readRuns(const std::string &folder) {
  std::map<std::string, std::vector<Event>> runs;
  for (const std::string &path : eventFiles(folder)) {
    std::vector<Event> &run = runs[runOf(path)];
    for (Event &event : readEvents(path))
      run.push_back(std::move(event));
  }
  return runs;
}

} // namespace tenon::test
