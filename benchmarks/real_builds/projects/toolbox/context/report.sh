#!/bin/sh
tree -d -L 1 / | tail -1
id -un
