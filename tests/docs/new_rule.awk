# SPDX-License-Identifier: GPL-3.0-or-later
# new_rule.awk: changes the file that make new-optimizer began as README.md says.
# usage: awk -f new_rule.awk BLOCK sim/rules/NAME.c
#
# BLOCK shows the lines that change: those that begin with enum stand in the order of the
# file, those with a dot replace the line of that name, and the others are what update()
# does. What is left and is about beta1 goes.

FILENAME == ARGV[1] {
    if (/^enum/)
        enums[++enum_count] = $0
    else if (/^ *\./)
        named[$1] = $0
    else if (!/^\.\.\./)
        body = body $0 "\n"
    next
}

/^enum/ && !/SLOTS/ { $0 = enums[++changed] }
$1 in named { $0 = named[$1] }
/ void update\(/ { update = 1 }
update && /^}/ { update = 0; inside = 0 }
inside { next }
update && /^{/ { print; printf "%s", body; inside = 1; next }
/BETA1/ { next }
{ print }
END { exit !(enum_count == changed) }
