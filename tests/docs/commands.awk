# SPDX-License-Identifier: GPL-3.0-or-later
# commands.awk: takes the commands out of README.md, or out of the examples of a manual
# page. usage: awk -v folder=OUT -f commands.awk README.md
#
# In a block that is indented by four, a command begins with "$ " and goes on after a \ at
# the end of a line; what follows is what it prints. OUT/01.command has the command on one
# line, OUT/01.output what it prints. What stands between ``` and ``` is a file: it goes to
# OUT/01.file, 01 being the command before it, if it is the first there.

function begin_command(text)
{
    number++
    command = ""
    name = sprintf("%s/%02d", folder, number)
    printf "" >(name ".output")
    files = 0
    add_to_command(text)
}

function add_to_command(text)
{
    sub(/^ +/, "", text)
    continued = sub(/ *\\$/, "", text)
    command = command (command == "" ? "" : " ") text
    if (continued)
        return
    print command >(name ".command")
    close(name ".command")
}

# A manual page's examples look the same within .Bd and .Ed.
/^\.Sh / { page = 1; examples = /EXAMPLES/ }
page && /^\.Bd/ { literal = examples; next }
page && /^\.Ed/ { literal = 0 }
page {
    if (!literal)
        next
    gsub(/\\-/, "-")
    gsub(/\\\(aq/, "'")
    gsub(/\\e/, "\\")
    $0 = "    " $0
}

/^```/ { fenced = !fenced; files += fenced; inside = 0; next }
fenced {
    if (number && files == 1)
        print >(name ".file")
    next
}
!/^    / { inside = 0; continued = 0; next }
{ text = substr($0, 5) }
continued { add_to_command(text); next }
text ~ /^\$ / { inside = 1; begin_command(substr(text, 3)); next }
inside { print text >(name ".output") }
