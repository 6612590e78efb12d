# What is installed besides the programs, the module and the man pages. The Debian package is made
# of it by contrib/packaging/build-deb.sh.
#
# Nothing that is installed starts by itself.

set(HMQ_UNIT_DIR lib/systemd/system CACHE STRING
  "Where the systemd units go; below the prefix unless absolute")

# The units name the programs' place.
file(GLOB units CONFIGURE_DEPENDS contrib/systemd/*.service contrib/systemd/*.socket)
foreach(file ${units})
  get_filename_component(name ${file} NAME)
  file(READ ${file} unit)
  string(REPLACE "/usr/sbin/" "${CMAKE_INSTALL_FULL_SBINDIR}/" unit "${unit}")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name} CONTENT "${unit}" @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name} DESTINATION ${HMQ_UNIT_DIR})
endforeach()
install(FILES contrib/packaging/sysusers.conf DESTINATION lib/sysusers.d
  RENAME hermes-mailqueue.conf)
install(FILES contrib/packaging/tmpfiles.conf DESTINATION lib/tmpfiles.d
  RENAME hermes-mailqueue.conf)
install(PROGRAMS contrib/hmq-status contrib/hmq-action DESTINATION ${CMAKE_INSTALL_BINDIR})
install(PROGRAMS contrib/fetch-mibs.sh contrib/rehome-mib.sh
  DESTINATION ${CMAKE_INSTALL_DATADIR}/hermes-mailqueue)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(examples ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES contrib/hermes-mailqueue.conf.example contrib/snmpd/hermes-mailqueue-agentx.conf
  contrib/snmpd/hermes-mailqueue-access.conf.example contrib/snmpd/snmpd-restart.conf
  DESTINATION ${examples})
install(DIRECTORY contrib/integrations DESTINATION ${examples})
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
