# SPDX-License-Identifier: GPL-3.0-or-later
# Begins the picture OUT, with what it shows above it.
#   TITLE  the finding, a sentence computed from the tables; "\n" where it takes two lines

set output OUT
set multiplot title TITLE font "sans-serif:Bold,14" offset 0,-0.1
