#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Is what is looked for still there? tenon-reduce wants 1 for yes.
! grep -q tenon.exp "$1"
