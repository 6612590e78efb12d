# What is installed besides the programs, the module and the man pages, and the Debian package.
#
#   cmake --preset package && cmake --build --preset package     makes build/package/*.deb
#
# Nothing that is installed starts by itself.

# The units name the programs' place.
foreach(name hermes-mailqueued.service hermes-mailqueue-helper.service
    hermes-mailqueue-helper.socket hermes-mailqueue-hooks.service
    hermes-mailqueue-hooks.socket)
  file(READ ${PROJECT_SOURCE_DIR}/contrib/systemd/${name} unit)
  string(REPLACE "/usr/sbin/" "${CMAKE_INSTALL_FULL_SBINDIR}/" unit "${unit}")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name} CONTENT "${unit}" @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name} DESTINATION lib/systemd/system)
endforeach()
install(FILES contrib/packaging/sysusers.conf DESTINATION lib/sysusers.d
  RENAME hermes-mailqueue.conf)
install(FILES contrib/packaging/tmpfiles.conf DESTINATION lib/tmpfiles.d
  RENAME hermes-mailqueue.conf)
install(PROGRAMS contrib/hmq-status contrib/hmq-action DESTINATION ${CMAKE_INSTALL_BINDIR})
install(PROGRAMS contrib/fetch-mibs.sh contrib/rehome-mib.sh
  DESTINATION ${CMAKE_INSTALL_DATADIR}/hermes-mailqueue)
install(DIRECTORY contrib/integrations DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

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

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hermes-mailqueue)
set(CPACK_PACKAGE_VENDOR "The hermes-mailqueue authors")
set(CPACK_PACKAGE_CONTACT "The hermes-mailqueue authors <root@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "SNMP agent for the Postfix mail queue")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "Joins snmpd as an AgentX subagent and serves the queue of a Postfix instance:
counts, ages, messages and the reasons they wait, overload, and notifications.")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "snmpd, snmp")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS postfix)
# Of the libraries, from what the programs are linked with.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/contrib/packaging/debian/conffiles
  ${PROJECT_SOURCE_DIR}/contrib/packaging/debian/postinst
  ${PROJECT_SOURCE_DIR}/contrib/packaging/debian/prerm
  ${PROJECT_SOURCE_DIR}/contrib/packaging/debian/postrm)
set(CPACK_STRIP_FILES ON)
# /etc does not lie below the prefix.
set(CPACK_SET_DESTDIR ON)
include(CPack)
