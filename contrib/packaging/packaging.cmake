# What is installed besides the programs, the module and the man pages. The Debian package is made
# of it by contrib/packaging/build-deb.sh.
#
# Nothing that is installed starts by itself.

set(HMQ_UNIT_DIR lib/systemd/system CACHE STRING
  "Where the systemd units go; below the prefix unless absolute")

# hmq_instance_unit(VARIABLE NAME): makes of the text of the unit NAME the template unit for one of
# several instances. An instance %i has its own configuration, sockets and units, and the
# directories that postmulti(1) gives to the Postfix instance postfix-%i.
function(hmq_instance_unit variable name)
  set(text "${${variable}}")
  foreach(pair
      "/etc/hermes-mailqueue/hermes-mailqueue[.]conf => /etc/hermes-mailqueue/%i.conf"
      "/run/hermes-mailqueue/(helper|hooks) => /run/hermes-mailqueue/%i/\\1"
      "hermes-mailqueue-(helper|hooks)[.](service|socket) => hermes-mailqueue-\\1@%i.\\2"
      "(systemctl edit hermes-[a-z-]+) => \\1@"
      "(Paths=-/var/spool/postfix) -/etc/postfix => \\1-%i -/etc/postfix-%i"
      "(InaccessiblePaths=)(-/var/spool/postfix) => \\1\\2 \\2-%i"
      "(Description=[^\n]*) => \\1, instance %i")
    string(REGEX MATCH "^(.*) => (.*)$" pair "${pair}")
    string(REGEX REPLACE "${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}" text "${text}")
  endforeach()
  string(REPLACE "BSD-3-Clause\n#\n"
    "BSD-3-Clause\n#\n# For one of several instances, %i: made from ${name}.\n#\n" text "${text}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# The units name the programs' place.
file(GLOB units CONFIGURE_DEPENDS contrib/systemd/*.service contrib/systemd/*.socket)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${units})
foreach(file ${units})
  get_filename_component(name ${file} NAME)
  string(REPLACE "." "@." template ${name})
  file(READ ${file} unit)
  string(REPLACE "/usr/sbin/" "${CMAKE_INSTALL_FULL_SBINDIR}/" unit "${unit}")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name} CONTENT "${unit}" @ONLY)
  hmq_instance_unit(unit ${name})
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${template} CONTENT "${unit}" @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name} ${PROJECT_BINARY_DIR}/${template}
    DESTINATION ${HMQ_UNIT_DIR})
endforeach()
install(FILES contrib/packaging/sysusers.conf DESTINATION lib/sysusers.d
  RENAME hermes-mailqueue.conf)
install(FILES contrib/packaging/tmpfiles.conf DESTINATION lib/tmpfiles.d
  RENAME hermes-mailqueue.conf)
install(FILES contrib/completion/hmq.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME hmq)
install(FILES contrib/completion/_hmq
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(PROGRAMS contrib/fetch-mibs.sh contrib/rehome-mib.sh
  DESTINATION ${CMAKE_INSTALL_DATADIR}/hermes-mailqueue)
install(FILES README.md LICENSE docs/many-gateways.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(examples ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES contrib/hermes-mailqueue.conf.example contrib/snmpd/hermes-mailqueue-agentx.conf
  contrib/snmpd/hermes-mailqueue-access.conf.example contrib/snmpd/snmpd-restart.conf
  DESTINATION ${examples})
install(DIRECTORY contrib/integrations DESTINATION ${examples} USE_SOURCE_PERMISSIONS)
install(DIRECTORY contrib/hook-scripts/ DESTINATION ${examples}/hooks USE_SOURCE_PERMISSIONS)
install(DIRECTORY contrib/hermes DESTINATION ${examples} USE_SOURCE_PERMISSIONS)

set(example ${PROJECT_SOURCE_DIR}/contrib/hermes-mailqueue.conf.example)
# Where the unit and the man pages say it is, whatever the prefix; a site's own file stays.
string(CONFIGURE [[
  set(etc "$ENV{DESTDIR}/etc/hermes-mailqueue")
  if(EXISTS "${etc}/hermes-mailqueue.conf")
    message(STATUS "Kept: ${etc}/hermes-mailqueue.conf")
  else()
    file(INSTALL "@example@" DESTINATION "/etc/hermes-mailqueue" TYPE FILE
      RENAME hermes-mailqueue.conf)
  endif()
]] keep_configuration @ONLY)
install(CODE "${keep_configuration}")
